/** The small map of a campaign: the places that it is for, with their outlines. On its form it follows the ticks, and a click on a place ticks it. */
import { LngLatBounds, type GeoJSONSource } from 'maplibre-gl'
import type { Feature } from 'geojson'
import { EMPTY, Ground, fetched, hue } from './map/base'
import { corners, outline, type Fence } from './map/shapes'

interface Spot {
  id: string
  name: string
  lat: number
  lon: number
  tags?: string[]
  fences?: Fence[]
}

/** What a campaign says of its places; of neither places nor tags: everywhere. */
interface Said {
  places: Set<string>
  tags: Set<string>
  on: string
  role: string
}

const AT_ONCE = 50
const MOST_OUTLINED = 200
const BY_ROLE = ['enter', 'dwell', 'exit']
const NEAR = 16

class Places {
  private readonly spots = new Map<string, Spot>()
  private asked = new Set<string>()
  private seen = ''

  constructor(
    private readonly ground: Ground,
    spots: Spot[],
    private readonly said: () => Said,
    private readonly outlines: string,
    private readonly tick: ((spot: Spot) => void) | null,
  ) {
    for (const spot of spots) this.spots.set(spot.id, spot)
    this.draw()
  }

  /** As the campaign is said now; outlines that are not here yet are fetched, and drawn when they come. */
  async show(): Promise<void> {
    this.fill()
    const wanted = [...this.chosen().map((one) => one.id), ...this.said().places]
    const missing = [...new Set(wanted)].slice(0, MOST_OUTLINED).filter((id) => !this.asked.has(id))
    for (const id of missing) this.asked.add(id)
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const query = new URLSearchParams(missing.slice(at, at + AT_ONCE).map((id) => ['place', id]))
      try {
        const { places } = await fetched<{ places: Spot[] }>(`${this.outlines}?${query}`)
        for (const one of places) this.spots.set(one.id, one)
      } catch {
        for (const id of missing.slice(at)) this.asked.delete(id) // the points are there; the next tick asks again
        break
      }
    }
    if (missing.length) this.fill()
    this.look()
  }

  private chosen(): Spot[] {
    const { places, tags } = this.said()
    const all = [...this.spots.values()]
    if (!places.size && !tags.size) return all
    return all.filter((one) => places.has(one.id) || one.tags?.some((tag) => tags.has(tag)))
  }

  private draw(): void {
    const { map, letters } = this.ground
    for (const name of ['outlines', 'spots']) map.addSource(name, { type: 'geojson', data: EMPTY })
    map.addLayer({ id: 'outlines', type: 'fill', source: 'outlines', paint: { 'fill-opacity': 0.16 } })
    map.addLayer({ id: 'outline-lines', type: 'line', source: 'outlines', paint: { 'line-width': 1.5 } })
    map.addLayer({ id: 'spots', type: 'circle', source: 'spots', layout: { 'circle-sort-key': ['case', ['get', 'chosen'], 1, 0] }, paint: { 'circle-radius': ['case', ['get', 'chosen'], 7, 5], 'circle-stroke-width': 2 } })
    map.addLayer({ id: 'spot-names', type: 'symbol', source: 'spots', minzoom: 12, layout: { ...letters, 'text-field': ['get', 'name'], 'text-size': 13, 'text-anchor': 'top', 'text-offset': [0, 0.8], 'text-max-width': 12, 'text-optional': true }, paint: { 'text-halo-width': 1.5 } })
    this.ground.paint('outlines', 'fill-color', () => hue('action'))
    this.ground.paint('outline-lines', 'line-color', () => hue('action'))
    this.ground.paint('spots', 'circle-color', () => ['case', ['get', 'chosen'], hue('action'), hue('paper')])
    this.ground.paint('spots', 'circle-stroke-color', () => ['case', ['get', 'chosen'], hue('action'), hue('soft')])
    this.ground.paint('spot-names', 'text-color', () => hue('ink'))
    this.ground.paint('spot-names', 'text-halo-color', () => hue('paper'))
    if (this.tick === null) return
    const tick = this.tick
    map.on('click', 'spots', (event) => {
      const spot = this.spots.get(String(event.features?.[0]?.properties.id))
      if (spot) tick(spot)
    })
    map.on('mouseenter', 'spots', () => (map.getCanvas().style.cursor = 'pointer'))
    map.on('mouseleave', 'spots', () => (map.getCanvas().style.cursor = ''))
  }

  private fill(): void {
    const chosen = this.chosen()
    const those = new Set(chosen)
    const shown = this.tick ? [...this.spots.values()] : chosen
    const points = shown.map(
      (spot): Feature => ({ type: 'Feature', properties: { id: spot.id, name: spot.name, chosen: those.has(spot) }, geometry: { type: 'Point', coordinates: [spot.lon, spot.lat] } }),
    )
    const around = chosen.flatMap((spot) => this.fences(spot).map((fence): Feature => ({ type: 'Feature', properties: {}, geometry: outline(fence) })))
    this.ground.map.getSource<GeoJSONSource>('spots')?.setData({ type: 'FeatureCollection', features: points })
    this.ground.map.getSource<GeoJSONSource>('outlines')?.setData({ type: 'FeatureCollection', features: around })
  }

  /** Those that the campaign goes by. */
  private fences(spot: Spot): Fence[] {
    const { on, role } = this.said()
    return (spot.fences ?? []).filter((fence) => !BY_ROLE.includes(on) || fence.role === role)
  }

  /** All that is chosen comes into sight when it is not the same any more. */
  private look(): void {
    const chosen = this.chosen()
    const seen = chosen.map((one) => one.id).join(' ')
    if (seen === this.seen) return
    this.seen = seen
    const bounds = new LngLatBounds()
    for (const spot of chosen) {
      bounds.extend([spot.lon, spot.lat])
      for (const fence of this.fences(spot)) for (const [lon, lat] of corners(outline(fence))) bounds.extend([lon!, lat!])
    }
    if (!bounds.isEmpty()) this.ground.map.fitBounds(bounds, { padding: 32, maxZoom: NEAR, animate: false })
  }
}

function ofForm(form: HTMLFormElement): Said {
  const text = (name: string): string => form.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? ''
  const ticked = form.querySelectorAll<HTMLInputElement>('[name="trigger.places"]:checked')
  const tags = text('trigger.tags').split(',').map((one) => one.trim())
  return { places: new Set([...ticked].map((one) => one.value)), tags: new Set(tags.filter(Boolean)), on: text('trigger.on'), role: text('trigger.role') }
}

/** A place that the list has not, because it is long: it gets a tick of its own, at the end. */
function tickIn(form: HTMLFormElement, { id, name }: Spot): void {
  const boxes = [...form.querySelectorAll<HTMLInputElement>('[name="trigger.places"]')]
  const box = boxes.find((one) => one.value === id)
  if (box) return box.click()
  const last = boxes.at(-1)?.closest('label')
  if (!last) return
  const label = last.cloneNode(true) as HTMLLabelElement
  const added = label.querySelector('input')!
  added.id = label.htmlFor = `f-place-${boxes.length + 1}`
  added.value = id
  added.checked = false
  label.querySelector('span')!.textContent = name
  last.after(label)
  added.click()
}

async function start(element: HTMLElement): Promise<void> {
  element.hidden = false
  const [ground, told] = await Promise.all([Ground.lay(element), fetched<{ places: Spot[] }>(element.dataset.points!).catch(() => null)])
  if (ground === null || told === null) {
    element.hidden = true
    document.getElementById('no-map')!.hidden = false
    return
  }
  document.getElementById('spots-hint')!.hidden = false
  const form = element.closest('form')
  const { places, tags, on, role, outlines } = element.dataset
  const saved: Said = { places: new Set(JSON.parse(places ?? '[]') as string[]), tags: new Set(JSON.parse(tags ?? '[]') as string[]), on: on ?? '', role: role ?? '' }
  const map = new Places(ground, told.places, form ? () => ofForm(form) : () => saved, outlines!, form && ((spot) => tickIn(form, spot)))
  await map.show()
  form?.addEventListener('change', (event) => {
    if ((event.target as HTMLInputElement).name?.startsWith('trigger.')) void map.show()
  })
}

const element = document.getElementById('spots')
if (element) void start(element)
