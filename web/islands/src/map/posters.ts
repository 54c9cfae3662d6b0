/** Posters on a map, as small sheets of paper on the ground, and the little card that one opens. Where they hang and how often they were scanned, never by whom. */
import { Popup, type GeoJSONSource } from 'maplibre-gl'
import type { Feature } from 'geojson'
import { EMPTY, hue, type Ground } from './base'

export interface Poster {
  id: string
  name: string
  lat: number
  lon: number
  /** Of its scans, in the reader's language; none on its own page, which says so itself. */
  said?: string
}

const WIDE = 20
const HIGH = 28
const BOARD = 20
const CLOSE_ENOUGH = 15
const SAME_PLACE = 1e-5
const ABOVE_A_PLACE = -13

export class Posters {
  private known = new Map<string, Poster>()
  private card: Popup | null = null
  private opened = ''

  /** `beside`: points with a mark of their own, which a poster at the same spot stands above. */
  constructor(
    private readonly ground: Ground,
    private readonly beside: { lat: number; lon: number }[] = [],
  ) {
    const { map, letters } = ground
    map.addImage('poster', sheet(), { sdf: true, pixelRatio: 1 })
    map.addSource('posters', { type: 'geojson', data: EMPTY })
    map.addLayer({
      id: 'posters',
      type: 'symbol',
      source: 'posters',
      layout: { 'icon-image': 'poster', 'icon-anchor': 'bottom', 'icon-allow-overlap': true, 'icon-offset': ['case', ['get', 'above'], ['literal', [0, ABOVE_A_PLACE]], ['literal', [0, 0]]] },
    })
    map.addLayer({
      id: 'poster-names',
      type: 'symbol',
      source: 'posters',
      minzoom: 14,
      layout: { ...letters, 'text-field': ['get', 'name'], 'text-size': 13, 'text-anchor': 'left', 'text-offset': ['case', ['get', 'above'], ['literal', [1, -2]], ['literal', [1, -1]]], 'text-max-width': 12, 'text-optional': true },
      paint: { 'text-halo-width': 1.5 },
    })
    ground.paint('posters', 'icon-color', () => hue('scan'))
    ground.paint('poster-names', 'text-color', () => hue('ink'))
    ground.paint('poster-names', 'text-halo-color', () => hue('paper'))
    map.on('click', 'posters', (event) => {
      const id: unknown = event.features?.[0]?.properties.id
      if (typeof id === 'string') this.open(id)
    })
    map.on('mouseenter', 'posters', () => (map.getCanvas().style.cursor = 'pointer'))
    map.on('mouseleave', 'posters', () => (map.getCanvas().style.cursor = ''))
  }

  show(posters: Poster[]): void {
    this.known = new Map(posters.map((one) => [one.id, one]))
    this.ground.map.getSource<GeoJSONSource>('posters')?.setData({ type: 'FeatureCollection', features: posters.map((one) => this.drawn(one)) })
    const open = this.known.get(this.opened)
    if (open && this.card?.isOpen()) this.card.setDOMContent(written(open))
  }

  at(id: string | undefined): Poster | undefined {
    return id === undefined ? undefined : this.known.get(id)
  }

  /** Go there, and open its card; whoever closes it is back where they were. */
  open(id: string, from: HTMLElement | null = null): void {
    const poster = this.known.get(id)
    if (!poster) return
    const { map } = this.ground
    this.card?.remove()
    this.opened = id
    this.card = new Popup({ closeOnClick: true, focusAfterOpen: true, maxWidth: '260px', offset: HIGH + (this.isAbove(poster) ? -ABOVE_A_PLACE : 0) })
    this.card.setLngLat([poster.lon, poster.lat]).setDOMContent(written(poster)).addTo(map)
    const element = this.card.getElement()
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      this.card?.remove()
    })
    this.card.once('close', () => (from?.id ? document.getElementById(from.id) : from)?.focus())
    if (from) map.jumpTo({ center: [poster.lon, poster.lat], zoom: Math.max(map.getZoom(), CLOSE_ENOUGH) })
  }

  private drawn(poster: Poster): Feature {
    return { type: 'Feature', properties: { id: poster.id, name: poster.name, above: this.isAbove(poster) }, geometry: { type: 'Point', coordinates: [poster.lon, poster.lat] } }
  }

  private isAbove({ lat, lon }: Poster): boolean {
    return this.beside.some((one) => Math.abs(one.lat - lat) < SAME_PLACE && Math.abs(one.lon - lon) < SAME_PLACE)
  }
}

function written({ id, name, said }: Poster): HTMLElement {
  const card = document.createElement('div')
  if (said === undefined) {
    card.textContent = name
    return card
  }
  const link = card.appendChild(document.createElement('a'))
  link.href = `/console/posters/${encodeURIComponent(id)}`
  link.textContent = name
  card.appendChild(document.createElement('div')).textContent = said
  return card
}

/** A sheet on a post, as a mask that the layer colours. */
function sheet(): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = WIDE
  canvas.height = HIGH
  const pen = canvas.getContext('2d')!
  pen.fillRect(2, 0, WIDE - 4, BOARD)
  pen.fillRect(WIDE / 2 - 1, BOARD, 2, HIGH - BOARD)
  return pen.getImageData(0, 0, WIDE, HIGH)
}
