/** A place's shapes, drawn on the map of its form. The form's own fields are the truth: what is drawn goes into them, what is typed is drawn. */
import { LngLatBounds, type GeoJSONSource } from 'maplibre-gl'
import { TerraDraw, TerraDrawCircleMode, TerraDrawPolygonMode, TerraDrawSelectMode, type GeoJSONStoreFeatures, type HexColor } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Feature, Polygon } from 'geojson'
import { EMPTY, Ground, hue } from './map/base'
import { Fields, ROLES, type Role } from './map/fields'
import { circle, corners, distance_m, round } from './map/shapes'

class Drawing {
  private readonly draw: TerraDraw
  private role: Role = 'premises'
  private readonly roles = new Map<string | number, Role>()
  private filling = false

  constructor(
    private readonly ground: Ground,
    private readonly fields: Fields,
    private readonly tools: HTMLElement,
  ) {
    const { map } = ground
    const hex = (name: 'information' | 'action') => hue(name) as HexColor
    const fillColor = (one: GeoJSONStoreFeatures) => (one.properties.role === 'approach' ? hex('information') : hex('action'))
    const styles = { fillColor, outlineColor: fillColor, fillOpacity: 0.18, outlineWidth: 2 }
    const coordinates = { draggable: true, midpoints: true, deletable: true, snappable: true }
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: [
        new TerraDrawCircleMode({ styles }),
        new TerraDrawPolygonMode({ styles, snapping: { toCoordinate: true, toLine: true } }),
        new TerraDrawSelectMode({
          flags: {
            polygon: { feature: { draggable: true, coordinates } },
            circle: { feature: { draggable: true, coordinates: { draggable: false, midpoints: false, resizable: 'center' } } },
          },
          keyEvents: { deselect: 'Escape', delete: null, rotate: null, scale: null },
          styles: { selectedPolygonColor: fillColor, selectedPolygonOutlineColor: fillColor, selectedPolygonFillOpacity: 0.25 },
        }),
      ],
    })
    map.addSource('fixed', { type: 'geojson', data: EMPTY })
    map.addLayer({ id: 'fixed', type: 'line', source: 'fixed', paint: { 'line-width': 2, 'line-dasharray': [2, 1] } })
    ground.paint('fixed', 'line-color', () => hue('ink'))
    map.addSource('point', { type: 'geojson', data: EMPTY })
    map.addLayer({ id: 'point', type: 'circle', source: 'point', paint: { 'circle-radius': 5, 'circle-stroke-width': 2 } })
    ground.paint('point', 'circle-color', () => hue('ink'))
    ground.paint('point', 'circle-stroke-color', () => hue('paper'))
    this.draw.start()
    this.draw.on('finish', (id) => this.finished(id))
    fields.onTyped(() => this.show())
    tools.addEventListener('click', (event) => this.pressed(event))
    tools.addEventListener('change', (event) => {
      const chosen = event.target as HTMLInputElement
      if (chosen.dataset.drawRole) this.role = chosen.dataset.drawRole as Role
    })
    this.show()
    this.fit()
    this.choose('select')
  }

  /** What the fields say, on the map. */
  show(): void {
    const fixed: Feature[] = []
    this.filling = true
    const mode = this.draw.getMode()
    if (mode === 'select') this.draw.setMode('circle') // lets go of what is selected
    this.draw.clear()
    this.roles.clear()
    for (const role of ROLES) {
      const said = this.fields.shape(role)
      if (said === null) continue
      const shape = said.kind === 'circle' ? circle(said.lat, said.lon, said.radius_m) : said.geometry
      const editable = shape.type === 'Polygon' && shape.coordinates.length === 1
      const properties: Record<string, string | number> = said.kind === 'circle' ? { mode: 'circle', role, radiusKilometers: said.radius_m / 1000 } : { mode: 'polygon', role }
      const id = this.draw.getFeatureId()
      const [added] = editable ? this.draw.addFeatures([{ id, type: 'Feature', properties, geometry: rounded(shape as Polygon) }]) : []
      if (added?.valid) this.roles.set(id, role)
      else fixed.push({ type: 'Feature', properties: { role }, geometry: shape })
    }
    if (mode === 'select') this.draw.setMode('select')
    this.filling = false
    this.ground.map.getSource<GeoJSONSource>('fixed')?.setData({ type: 'FeatureCollection', features: fixed })
    const at = this.fields.point()
    const point: Feature[] = at ? [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }] : []
    this.ground.map.getSource<GeoJSONSource>('point')?.setData({ type: 'FeatureCollection', features: point })
    this.tools.querySelector<HTMLButtonElement>('[data-draw=undo]')!.disabled = !this.fields.canUndo
  }

  private finished(id: string | number): void {
    const drawn = this.draw.getSnapshotFeature(id)
    if (this.filling || !drawn || drawn.geometry.type !== 'Polygon') return
    const role = this.roles.get(id) ?? this.role
    if (drawn.properties.mode === 'circle') this.fields.sayCircle(role, ...measured(drawn.geometry))
    else this.fields.sayArea(role, rounded(drawn.geometry))
    this.choose('select')
    this.show()
  }

  private pressed(event: Event): void {
    const wanted = (event.target as HTMLElement).closest<HTMLElement>('[data-draw]')?.dataset.draw
    if (wanted === undefined) return
    if (wanted === 'undo') this.fields.undo()
    else if (wanted === 'delete') this.fields.forget(this.role)
    else return this.choose(wanted)
    this.choose('select')
    this.show()
  }

  private choose(mode: string): void {
    this.draw.setMode(mode)
    for (const button of this.tools.querySelectorAll<HTMLElement>('[data-draw][aria-pressed]')) {
      button.setAttribute('aria-pressed', String(button.dataset.draw === mode))
    }
  }

  private fit(): void {
    const bounds = new LngLatBounds()
    const at = this.fields.point()
    if (at) bounds.extend([at.lon, at.lat])
    for (const role of ROLES) {
      const said = this.fields.shape(role)
      if (said === null) continue
      const shape = said.kind === 'circle' ? circle(said.lat, said.lon, said.radius_m) : said.geometry
      for (const [lon, lat] of corners(shape)) bounds.extend([lon!, lat!])
    }
    if (!bounds.isEmpty()) this.ground.map.fitBounds(bounds, { padding: 60, maxZoom: 17, animate: false })
  }
}

/** The middle of a drawn circle and its radius in whole metres. */
function measured(shape: Polygon): [lat: number, lon: number, radius_m: number] {
  const ring = shape.coordinates[0]!.slice(0, -1)
  const lons = ring.map((one) => one[0]!)
  const lats = ring.map((one) => one[1]!)
  const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2]
  const far = ring.reduce((sum, one) => sum + distance_m(middle, one), 0) / ring.length
  return [round(middle[1]!), round(middle[0]!), Math.max(1, Math.round(far))]
}

function rounded(shape: Polygon): Polygon {
  return { type: 'Polygon', coordinates: shape.coordinates.map((ring) => ring.map(([lon, lat]) => [round(lon!), round(lat!)])) }
}

async function start(element: HTMLElement, tools: HTMLElement): Promise<void> {
  element.hidden = false
  const ground = await Ground.lay(element)
  if (ground === null) {
    element.hidden = true
    document.getElementById('no-map')!.hidden = false
    return
  }
  tools.hidden = false
  new Drawing(ground, new Fields(element.closest('form')!), tools)
}

const element = document.getElementById('drawing')
const tools = document.getElementById('drawing-tools')
if (element && tools) void start(element, tools)
