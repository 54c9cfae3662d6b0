/** The small map of a poster's own page: where it hangs, as its fields say. It follows what is typed there. */
import { Ground } from './map/base'
import { Posters } from './map/posters'

const CLOSE = 15

function typed(name: string): number {
  const text = document.querySelector<HTMLInputElement>(`form [name="${name}"]`)?.value.trim().replace(/^(-?\d+),(\d+)$/, '$1.$2')
  return text ? Number(text) : NaN
}

async function start(element: HTMLElement): Promise<void> {
  element.hidden = false
  const ground = await Ground.lay(element)
  if (ground === null) {
    element.hidden = true
    document.getElementById('no-map')!.hidden = false
    return
  }
  const posters = new Posters(ground)
  const { lat, lon, name } = element.dataset
  const show = (at: { lat: number; lon: number }): void => {
    if (!(Math.abs(at.lat) <= 85 && Math.abs(at.lon) <= 180)) return // a map of squares ends there; not a number is neither
    posters.show([{ id: 'this', name: name!, ...at }])
    ground.map.jumpTo({ center: [at.lon, at.lat], zoom: CLOSE })
  }
  show({ lat: Number(lat), lon: Number(lon) })
  document.addEventListener('change', (event) => {
    if (['lat', 'lon'].includes((event.target as HTMLInputElement).name)) show({ lat: typed('lat'), lon: typed('lon') })
  })
}

const element = document.getElementById('spot')
if (element) void start(element)
