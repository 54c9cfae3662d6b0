/** The ground under every map of ours: land that comes along, the demo town's own lines, or the style that a setting names. */
import { Map as Chart, NavigationControl, setWorkerUrl } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import land from 'world-atlas/countries-50m.json?url'
import { feature, mesh } from 'topojson-client'
import type { Topology, GeometryCollection } from 'topojson-specification'
import type { FeatureCollection } from 'geojson'

setWorkerUrl(worker) // else the worker is asked for where nothing is, and no shape ever shows

export type Hue = 'ink' | 'soft' | 'paper' | 'mist' | 'line' | 'mark' | 'action' | 'information' | 'enter' | 'dwell' | 'exit' | 'scan'

/** A colour of the page, light or dark as it is now. */
export function hue(name: Hue): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

export async function fetched<T>(address: string): Promise<T> {
  const answer = await fetch(address, { cache: 'no-store' })
  if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`)
  return (await answer.json()) as T
}

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

type Property = Parameters<Chart['setPaintProperty']>[1]
type Paint = [layer: string, property: Property, value: () => string | ExpressionSpecification]

/** A map in an element, with its own colours kept in step with the page's. The element keeps it as `map` for who looks on. */
export class Ground {
  private readonly paints: Paint[] = []

  private constructor(
    readonly map: Chart,
    private readonly ours: boolean,
  ) {}

  /** None where the browser can draw no map; the page's text form is there anyway. */
  static async lay(element: HTMLElement & { map?: Chart }): Promise<Ground | null> {
    const named = element.dataset.styleUrl
    const style: string | StyleSpecification = named || { version: 8, sources: {}, layers: [] }
    let map: Chart
    try {
      map = new Chart({
        container: element,
        style,
        center: [4.8952, 52.3702],
        zoom: 12,
        maxZoom: 19,
        maxPitch: 0,
        dragRotate: false,
        fadeDuration: 0,
        attributionControl: named ? { compact: true } : false,
        locale: { 'Popup.Close': element.dataset.close ?? '', 'Map.Title': element.dataset.title ?? '', 'NavigationControl.ZoomIn': element.dataset.zoomIn ?? '', 'NavigationControl.ZoomOut': element.dataset.zoomOut ?? '' },
      })
    } catch {
      return null
    }
    map.touchZoomRotate.disableRotation()
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    await new Promise((ready) => map.once('load', ready))
    const ground = new Ground(map, !named)
    if (ground.ours) await ground.drawLand(element.dataset.streets)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => ground.recolour())
    map.on('idle', () => (element.dataset.state = 'idle'))
    element.map = map
    return ground
  }

  /** A colour of ours on a layer; it follows when the page turns dark. */
  paint(layer: string, property: Property, value: Paint[2]): void {
    this.paints.push([layer, property, value])
    this.map.setPaintProperty(layer, property, value())
  }

  /** The letters that the style has; ours has none, and takes the system's. */
  get letters(): { 'text-font'?: string[] } {
    for (const layer of this.map.getStyle().layers) {
      const font = layer.type === 'symbol' ? layer.layout?.['text-font'] : undefined
      if (Array.isArray(font) && font.every((one) => typeof one === 'string')) return { 'text-font': font as string[] }
    }
    return {}
  }

  private recolour(): void {
    for (const [layer, property, value] of this.paints) this.map.setPaintProperty(layer, property, value())
  }

  private async drawLand(streets: string | undefined): Promise<void> {
    const map = this.map
    map.addLayer({ id: 'water', type: 'background' })
    this.paint('water', 'background-color', () => hue('line'))
    const world = await fetched<Topology<{ countries: GeometryCollection }>>(land)
    const { countries } = world.objects
    map.addSource('land', { type: 'geojson', data: feature(world, countries) })
    map.addLayer({ id: 'land', type: 'fill', source: 'land' })
    this.paint('land', 'fill-color', () => hue('mist'))
    map.addSource('borders', { type: 'geojson', data: mesh(world, countries, (one, other) => one !== other) })
    map.addLayer({ id: 'borders', type: 'line', source: 'borders' })
    this.paint('borders', 'line-color', () => hue('mark'))
    if (!streets) return
    map.addSource('streets', { type: 'geojson', data: await fetched<FeatureCollection>(streets) })
    map.addLayer({ id: 'streets', type: 'line', source: 'streets', minzoom: 9 })
    this.paint('streets', 'line-color', () => hue('line'))
  }
}
