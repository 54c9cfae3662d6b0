/** Circles as areas: on a sphere of Earth's mean radius, which a drawing may. The server measures on the ellipsoid. */
import type { Polygon, MultiPolygon } from 'geojson'

const RADIUS_M = 6_371_008.8
const RAD = Math.PI / 180
const CORNERS = 64

export interface Fence {
  id: string
  role: string
  lat?: number
  lon?: number
  radius_m?: number
  geometry?: Polygon | MultiPolygon
}

export function circle(lat: number, lon: number, radius_m: number): Polygon {
  const ring: [number, number][] = []
  const far = radius_m / RADIUS_M
  const [phi, lambda] = [lat * RAD, lon * RAD]
  for (let corner = 0; corner < CORNERS; corner++) {
    const way = (-2 * Math.PI * corner) / CORNERS
    const north = Math.asin(Math.sin(phi) * Math.cos(far) + Math.cos(phi) * Math.sin(far) * Math.cos(way))
    const east = lambda + Math.atan2(Math.sin(way) * Math.sin(far) * Math.cos(phi), Math.cos(far) - Math.sin(phi) * Math.sin(north))
    ring.push([round(east / RAD), round(north / RAD)])
  }
  ring.push(ring[0]!)
  return { type: 'Polygon', coordinates: [ring] }
}

/** Metres between two points, for a circle's radius. */
export function distance_m([lon, lat]: number[], [lon2, lat2]: number[]): number {
  const [phi, phi2] = [lat! * RAD, lat2! * RAD]
  const h = Math.sin((phi2 - phi) / 2) ** 2 + Math.cos(phi) * Math.cos(phi2) * Math.sin(((lon2! - lon!) * RAD) / 2) ** 2
  return 2 * RADIUS_M * Math.asin(Math.sqrt(h))
}

export function outline(fence: Fence): Polygon | MultiPolygon {
  return fence.geometry ?? circle(fence.lat!, fence.lon!, fence.radius_m!)
}

/** A tenth of a metre is as near as anybody draws. */
export function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}

/** All corners, longitude first. */
export function corners(shape: Polygon | MultiPolygon): number[][] {
  return shape.type === 'Polygon' ? shape.coordinates.flat() : shape.coordinates.flat(2)
}
