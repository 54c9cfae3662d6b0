/** The live map: places, their geofences and how many are there; what happens pulses where it happened. It knows of nobody. */
import { LngLatBounds, type ExpressionSpecification, type GeoJSONSource } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import { EMPTY, Ground, fetched, hue } from './map/base'
import { corners, outline, type Fence } from './map/shapes'

interface Place {
  id: string
  name: string
  lat: number
  lon: number
  inside: number
  fences: Fence[]
}

interface Happened {
  kind: 'enter' | 'dwell' | 'exit' | 'scan'
  place: string
  fence: string | null
}

const TOLD_MS = 1600
const PAUSE_MS = 1000
const byKind = (): ExpressionSpecification => ['match', ['get', 'kind'], 'enter', hue('enter'), 'dwell', hue('dwell'), 'exit', hue('exit'), hue('scan')]

class Live {
  private readonly pulses = new Set<Feature>()
  private waiting = 0

  constructor(
    private readonly ground: Ground,
    private readonly places: Map<string, Place>,
    private readonly counts: string,
  ) {
    this.draw()
  }

  happened({ kind, place: id, fence: crossed }: Happened): void {
    const place = this.places.get(id)
    if (place) {
      const fence = place.fences.find((one) => one.id === crossed)
      const geometry = fence ? outline(fence) : { type: 'Point' as const, coordinates: [place.lon, place.lat] }
      const told: Feature[] = [
        { type: 'Feature', properties: { kind }, geometry },
        { type: 'Feature', properties: { kind }, geometry: { type: 'Point', coordinates: [place.lon, place.lat] } },
      ]
      for (const one of told) this.pulses.add(one)
      this.fill('pulses', [...this.pulses])
      setTimeout(() => {
        for (const one of told) this.pulses.delete(one)
        this.fill('pulses', [...this.pulses])
      }, TOLD_MS)
    }
    this.waiting ||= window.setTimeout(() => void this.count(), PAUSE_MS)
  }

  /** How many are there now, asked once for all that happened meanwhile. */
  async count(): Promise<void> {
    this.waiting = 0
    try {
      const now = await fetched<Record<string, number>>(this.counts)
      for (const place of this.places.values()) place.inside = now[place.id] ?? 0
      this.fill('places', this.points())
    } catch {
      // the page says that it is not connected; the next event asks again
    }
  }

  private draw(): void {
    const { map } = this.ground
    const fences = [...this.places.values()].flatMap((place) =>
      place.fences.map((fence): Feature => ({ type: 'Feature', properties: { role: fence.role }, geometry: outline(fence) })),
    )
    for (const name of ['fences', 'pulses', 'places']) map.addSource(name, { type: 'geojson', data: EMPTY })
    map.addLayer({ id: 'fences', type: 'fill', source: 'fences', paint: { 'fill-opacity': 0.14 } })
    map.addLayer({ id: 'fence-lines', type: 'line', source: 'fences', paint: { 'line-width': 1.5 } })
    map.addLayer({ id: 'pulses', type: 'fill', source: 'pulses', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'fill-opacity': 0.5 } })
    map.addLayer({ id: 'pulse-rings', type: 'circle', source: 'pulses', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 21, 'circle-opacity': 0, 'circle-stroke-width': 6 } })
    map.addLayer({ id: 'places', type: 'circle', source: 'places', paint: { 'circle-radius': 13, 'circle-stroke-width': 2 } })
    const letters = this.ground.letters
    map.addLayer({ id: 'counts', type: 'symbol', source: 'places', layout: { ...letters, 'text-field': ['get', 'inside'], 'text-size': 13, 'text-allow-overlap': true } })
    map.addLayer({ id: 'names', type: 'symbol', source: 'places', minzoom: 11, layout: { ...letters, 'text-field': ['get', 'name'], 'text-size': 13, 'text-anchor': 'top', 'text-offset': [0, 1.2], 'text-max-width': 12 }, paint: { 'text-halo-width': 1.5 } })
    this.ground.paint('fences', 'fill-color', () => hue('information'))
    this.ground.paint('fence-lines', 'line-color', () => hue('information'))
    this.ground.paint('pulses', 'fill-color', byKind)
    this.ground.paint('pulse-rings', 'circle-stroke-color', byKind)
    this.ground.paint('places', 'circle-color', () => hue('paper'))
    this.ground.paint('places', 'circle-stroke-color', () => hue('ink'))
    this.ground.paint('counts', 'text-color', () => hue('ink'))
    this.ground.paint('names', 'text-color', () => hue('ink'))
    this.ground.paint('names', 'text-halo-color', () => hue('paper'))
    this.fill('fences', fences)
    this.fill('places', this.points())
    this.showAll()
  }

  private points(): Feature[] {
    return [...this.places.values()].map(({ id, name, inside, lon, lat }) => ({
      type: 'Feature',
      properties: { id, name, inside: inside > 999 ? '999+' : String(inside) },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    }))
  }

  private showAll(): void {
    const bounds = new LngLatBounds()
    for (const place of this.places.values()) {
      bounds.extend([place.lon, place.lat])
      for (const fence of place.fences) for (const [lon, lat] of corners(outline(fence))) bounds.extend([lon!, lat!])
    }
    if (!bounds.isEmpty()) this.ground.map.fitBounds(bounds, { padding: 40, maxZoom: 16, animate: false })
  }

  private fill(source: string, features: Feature[]): void {
    const data: FeatureCollection = { type: 'FeatureCollection', features }
    this.ground.map.getSource<GeoJSONSource>(source)?.setData(data)
  }
}

async function start(element: HTMLElement): Promise<void> {
  element.hidden = false
  const { places: from, counts } = element.dataset
  const asked = fetched<{ places: Place[] }>(from!)
  const ground = await Ground.lay(element)
  if (ground === null) {
    element.hidden = true
    document.getElementById('no-map')!.hidden = false
    return
  }
  const { places } = await asked
  const live = new Live(ground, new Map(places.map((place) => [place.id, place])), counts!)
  document.addEventListener('passerby:happened', (event) => live.happened((event as CustomEvent<Happened>).detail))
  document.addEventListener('passerby:connected', () => void live.count())
}

const element = document.getElementById('map')
if (element) void start(element)
