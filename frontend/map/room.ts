// Whether a name fits on a piece of land: the zoom from which it does not stand over the edges.

/** Size of the names of parcels by zoom, px; between the two in a straight line. */
export const NAME_SIZE = { from: { zoom: 13.5, px: 8 }, to: { zoom: 17, px: 13 } } as const;
const LINE_HEIGHT = 1.15;
const WORLD_PX = 512;
const ROUND_M = 40075016.686;
/** A name that fits at no zoom that people look at. */
const NEVER = 30;

/** How wide and high a text is drawn, in its own size: an ideograph is 1 wide, any other letter about half of that. */
export function sizeOf(text: string, most = Infinity): [number, number] {
  const wide = (one: string): number => [...one].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.56), 0);
  const lines = text.split("\n").flatMap((line) => {
    const whole = wide(line);
    if (whole <= most) return [whole];
    // Broken between words; ideographs at any place.
    const longest = Math.max(...line.split(" ").map((word) => (word > "\u2e7f" ? Math.min(most, wide(word)) : wide(word))));
    return Array.from({ length: Math.ceil(whole / most) }, () => Math.max(longest, Math.min(most, whole)));
  });
  return [Math.max(0, ...lines), lines.length * LINE_HEIGHT];
}

/** The mean width of land from west to east and from south to north, m: of its largest part, its holes left out. */
export function roomOf(geometry: GeoJSON.Geometry | null): [number, number] {
  if (geometry?.type !== "Polygon" && geometry?.type !== "MultiPolygon") return [0, 0];
  const rings = (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((part) => part[0] ?? []);
  let [most, found]: [number, [number, number]] = [0, [0, 0]];
  for (const ring of rings) {
    let [twice, west, south, east, north] = [0, Infinity, Infinity, -Infinity, -Infinity];
    const [ox, oy] = ring[0] as [number, number];
    ring.forEach(([x, y], at) => {
      const [u, v] = ring[(at + 1) % ring.length] as [number, number];
      twice += (x! - ox) * (v - oy) - (u - ox) * (y! - oy);
      [west, south, east, north] = [Math.min(west, x!), Math.min(south, y!), Math.max(east, x!), Math.max(north, y!)];
    });
    const area = Math.abs(twice / 2);
    if (area > most) [most, found] = [area, [area / (north - south), area / (east - west)]];
  }
  return found;
}

/** The zoom from which a text of that size fits into that room; the map asks at whole zooms alone. */
export function fitsFrom([width, height]: [number, number], [wide, high]: [number, number]): number {
  const { from, to } = NAME_SIZE;
  for (let zoom = Math.floor(from.zoom); zoom < 23; zoom += 1) {
    const share = Math.min(1, Math.max(0, (zoom - from.zoom) / (to.zoom - from.zoom)));
    const metres = (from.px + share * (to.px - from.px)) * (ROUND_M / (WORLD_PX * 2 ** zoom));
    if (wide * metres <= width && high * metres <= height) return zoom;
  }
  return NEVER;
}
