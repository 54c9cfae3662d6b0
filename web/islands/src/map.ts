/** The live map: places, their geofences and how many are there, and posters; what happens pulses where it happened. It knows of nobody. */
import { LngLatBounds, type ExpressionSpecification, type GeoJSONSource } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import { EMPTY, Ground, fetched, hue } from './map/base'
import { Posters, type Poster } from './map/posters'
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
  place: string | null
  fence: string | null
  poster?: string
}

const TOLD_MS = 1600
const PAUSE_MS = 1000
const byKind = (): ExpressionSpecification => ['match', ['get', 'kind'], 'enter', hue('enter'), 'dwell', hue('dwell'), 'exit', hue('exit'), hue('scan')]

class Live {
  private readonly pulses = new Set<Feature>()
  private readonly posters: Posters
  private waiting = 0
  private waitingForScans = 0

  constructor(
    private readonly ground: Ground,
    private readonly places: Map<string, Place>,
    private readonly hanging: Poster[],
    private readonly from: { counts: string; posters: string },
  ) {
    this.draw()
    this.posters = new Posters(ground, [...places.values()])
    this.posters.show(hanging)
  }

  happened({ kind, place: id, fence: crossed, poster: scanned }: Happened): void {
    const place = id === null ? undefined : this.places.get(id)
    const where = this.posters.at(scanned) ?? place
    if (where) {
      const fence = place?.fences.find((one) => one.id === crossed)
      const point = { type: 'Point' as const, coordinates: [where.lon, where.lat] }
      const told: Feature[] = [{ type: 'Feature', properties: { kind }, geometry: point }]
      if (fence) told.push({ type: 'Feature', properties: { kind }, geometry: outline(fence) })
      for (const one of told) this.pulses.add(one)
      this.fill('pulses', [...this.pulses])
      setTimeout(() => {
        for (const one of told) this.pulses.delete(one)
        this.fill('pulses', [...this.pulses])
      }, TOLD_MS)
    }
    if (kind === 'scan') this.waitingForScans ||= window.setTimeout(() => void this.countScans(), PAUSE_MS)
    else this.waiting ||= window.setTimeout(() => void this.count(), PAUSE_MS)
  }

  /** One poster's card, for who chose it in the text. */
  open(poster: string, from: HTMLElement): void {
    this.posters.open(poster, from)
  }

  async countScans(): Promise<void> {
    this.waitingForScans = 0
    try {
      const { posters } = await fetched<{ posters: Poster[] }>(this.from.posters)
      this.posters.show(posters)
    } catch {
      // as below
    }
  }

  /** How many are there now, asked once for all that happened meanwhile. */
  async count(): Promise<void> {
    this.waiting = 0
    try {
      const now = await fetched<Record<string, number>>(this.from.counts)
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
    for (const poster of this.hanging) bounds.extend([poster.lon, poster.lat])
    if (!bounds.isEmpty()) this.ground.map.fitBounds(bounds, { padding: 40, maxZoom: 16, animate: false })
  }

  private fill(source: string, features: Feature[]): void {
    const data: FeatureCollection = { type: 'FeatureCollection', features }
    this.ground.map.getSource<GeoJSONSource>(source)?.setData(data)
  }
}

async function start(element: HTMLElement): Promise<void> {
  element.hidden = false
  const { places: from, counts, posters: hang } = element.dataset
  const asked = Promise.all([fetched<{ places: Place[] }>(from!), fetched<{ posters: Poster[] }>(hang!)])
  const ground = await Ground.lay(element)
  if (ground === null) {
    element.hidden = true
    document.getElementById('no-map')!.hidden = false
    return
  }
  const [{ places }, { posters }] = await asked
  const live = new Live(ground, new Map(places.map((place) => [place.id, place])), posters, { counts: counts!, posters: hang! })
  document.addEventListener('passerby:happened', (event) => live.happened((event as CustomEvent<Happened>).detail))
  document.addEventListener('passerby:connected', () => {
    void live.count()
    void live.countScans()
  })
  document.addEventListener('click', (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>('button[data-poster]')
    if (button) live.open(button.dataset.poster!, button)
  })
}

const element = document.getElementById('map')
if (element) void start(element)
