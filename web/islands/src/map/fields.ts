/** A place's form as shapes: what its fields say, what is drawn said in them, and the way back. */
import type { MultiPolygon, Polygon } from 'geojson'
import { corners, round } from './shapes'

export const ROLES = ['premises', 'approach'] as const
export type Role = (typeof ROLES)[number]
export type Said = { kind: 'circle'; lat: number; lon: number; radius_m: number } | { kind: 'area'; geometry: Polygon | MultiPolygon }

const NAMES = ['lat', 'lon', ...ROLES.flatMap((role) => [`${role}.radius_m`, `${role}.geojson`])]
const MOST_STEPS = 100

export class Fields {
  private readonly steps: string[][] = []
  private before: string[]

  constructor(private readonly form: HTMLFormElement) {
    this.before = this.values()
  }

  get canUndo(): boolean {
    return this.steps.length > 0
  }

  onTyped(tell: () => void): void {
    this.form.addEventListener('change', (event) => {
      if (NAMES.includes((event.target as HTMLInputElement).name)) {
        this.remember()
        tell()
      }
    })
  }

  point(): { lat: number; lon: number } | null {
    const both = /^\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+\.\d+)\s*$/.exec(this.text('lat'))
    const [lat, lon] = both && !this.text('lon') ? [Number(both[1]), Number(both[2])] : [number(this.text('lat')), number(this.text('lon'))]
    return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lat, lon } : null // a map of squares ends there; not a number is neither
  }

  shape(role: Role): Said | null {
    const pasted = this.text(`${role}.geojson`)
    if (pasted) {
      const geometry = read(pasted)
      return geometry && { kind: 'area', geometry }
    }
    const at = this.point()
    const radius_m = number(this.text(`${role}.radius_m`))
    return at && radius_m > 0 && radius_m <= 100_000 ? { kind: 'circle', ...at, radius_m } : null
  }

  /** The premises' circle stands at the place's own point, which moves with it; the approach's stays around that point. */
  sayCircle(role: Role, lat: number, lon: number, radius_m: number): void {
    if (role === 'premises' || this.point() === null) {
      this.set('lat', String(lat))
      this.set('lon', String(lon))
    }
    this.set(`${role}.radius_m`, String(radius_m))
    this.set(`${role}.geojson`, '')
    this.remember()
  }

  sayArea(role: Role, geometry: Polygon): void {
    this.set(`${role}.geojson`, JSON.stringify(geometry))
    this.set(`${role}.radius_m`, '')
    if (this.point() === null) {
      const all = corners(geometry)
      this.set('lat', String(round(middle(all.map((one) => one[1]!)))))
      this.set('lon', String(round(middle(all.map((one) => one[0]!)))))
    }
    this.remember()
  }

  forget(role: Role): void {
    this.set(`${role}.radius_m`, '')
    this.set(`${role}.geojson`, '')
    this.remember()
  }

  undo(): void {
    const back = this.steps.pop()
    if (back === undefined) return
    NAMES.forEach((name, at) => this.set(name, back[at]!))
    this.before = back
  }

  private remember(): void {
    const now = this.values()
    if (now.every((value, at) => value === this.before[at])) return
    this.steps.push(this.before)
    if (this.steps.length > MOST_STEPS) this.steps.shift()
    this.before = now
  }

  private values(): string[] {
    return NAMES.map((name) => this.field(name).value)
  }

  private text(name: string): string {
    return this.field(name).value.trim()
  }

  private set(name: string, value: string): void {
    const field = this.field(name)
    if (field.value !== value) {
      field.value = value
      field.dispatchEvent(new Event('input', { bubbles: true })) // as if it was typed: what is drawn is kept like it
    }
    const folded = field.closest('details')
    if (folded && value) folded.open = true
  }

  private field(name: string): HTMLInputElement | HTMLTextAreaElement {
    return this.form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement
  }
}

function number(text: string): number {
  const plain = /^-?\d+,\d+$/.test(text) ? text.replace(',', '.') : text
  return plain === '' ? NaN : Number(plain)
}

function middle(values: number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2
}

/** The one area in a geometry, a Feature or a FeatureCollection of one; nothing of what can not be read. */
function read(text: string): Polygon | MultiPolygon | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const inner = unwrap(value)
  if (inner === null) return null
  const good = corners(inner).every((one) => Array.isArray(one) && Number.isFinite(one[0]) && Number.isFinite(one[1]))
  return good ? inner : null
}

function unwrap(value: unknown): Polygon | MultiPolygon | null {
  if (typeof value !== 'object' || value === null || !('type' in value)) return null
  if (value.type === 'FeatureCollection') return 'features' in value && Array.isArray(value.features) && value.features.length === 1 ? unwrap(value.features[0]) : null
  if (value.type === 'Feature') return 'geometry' in value ? unwrap(value.geometry) : null
  const shape = value as Polygon | MultiPolygon
  return (shape.type === 'Polygon' || shape.type === 'MultiPolygon') && Array.isArray(shape.coordinates) && shape.coordinates.flat(2).length > 0 ? shape : null
}
