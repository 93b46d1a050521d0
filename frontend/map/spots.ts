// Where the one name of a thing stands. The map cuts land and lines at the edges of its tiles, and would name each
// piece; a point lies in one tile alone, so that what bears a name comes with one.

import type { Place } from "./projection";

/** Lines across land on which its middle is sought. */
const ACROSS = 9;
/** The middle of the land stands unless another place is so much farther from its edges. */
const FARTHER = 1.3;

/** Features, and after each that is no point a point of the same properties, for its name. */
export const withSpots = (features: GeoJSON.Feature[]): GeoJSON.Feature[] =>
  features.flatMap((one) => (one.geometry.type === "Point" ? [one] : [one, { ...one, properties: { ...one.properties, spot: true }, geometry: spotOf(one.geometry) }]));

/** The same features as points: for what is shown by a sign alone. */
export const asSpots = (features: GeoJSON.Feature[]): GeoJSON.Feature[] => features.map((one) => ({ ...one, geometry: spotOf(one.geometry) }));

export function spotOf(geometry: GeoJSON.Geometry): GeoJSON.Point {
  const at = (coordinates: GeoJSON.Position): GeoJSON.Point => ({ type: "Point", coordinates });
  switch (geometry.type) {
    case "Point": return geometry;
    case "MultiPoint": return at(geometry.coordinates[0]!);
    case "LineString": return at(halfway([geometry.coordinates]));
    case "MultiLineString": return at(halfway(geometry.coordinates));
    case "Polygon": return at(inside([geometry.coordinates]));
    case "MultiPolygon": return at(inside(geometry.coordinates));
    default: return spotOf(geometry.geometries[0]!);
  } // prettier-ignore
}

const far = (a: GeoJSON.Position, b: GeoJSON.Position): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);

/** Halfway along the longest of some lines. */
function halfway(lines: GeoJSON.Position[][]): GeoJSON.Position {
  const long = (line: GeoJSON.Position[]): number => line.slice(1).reduce((sum, at, before) => sum + far(line[before]!, at), 0);
  const line = lines.reduce((most, one) => (long(one) > long(most) ? one : most));
  let left = long(line) / 2;
  for (const [before, to] of line.slice(1).entries()) {
    const from = line[before]!;
    const step = far(from, to);
    if (step > 0 && step >= left) return [from[0]! + ((to[0]! - from[0]!) * left) / step, from[1]! + ((to[1]! - from[1]!) * left) / step];
    left -= step;
  }
  return line[0]!;
}

/** A place inside the largest of some parts, each an outline and its holes: their middle, or far from their edges. */
function inside(parts: GeoJSON.Position[][][]): GeoJSON.Position {
  const sized = parts.map((rings) => ({ rings, ...middleOf(rings[0]!) }));
  const { rings, middle } = sized.reduce((most, one) => (one.area > most.area ? one : most));
  const ys = rings[0]!.map((at) => at[1]!);
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  let best = { at: middle, room: roomAt(rings, middle) * FARTHER };
  for (let step = 1; step <= ACROSS; step += 1) {
    const y = south + ((north - south) * step) / (ACROSS + 1);
    const xs = crossings(rings, y);
    for (let one = 0; one + 1 < xs.length; one += 2) {
      const at: Place = [(xs[one]! + xs[one + 1]!) / 2, y];
      const room = roomAt(rings, at);
      if (room > best.room) best = { at, room };
    }
  }
  return best.at;
}

function middleOf(ring: GeoJSON.Position[]): { area: number; middle: GeoJSON.Position } {
  const [ox, oy] = ring[0] as Place;
  let [twice, x, y] = [0, 0, 0];
  ring.forEach((at, n) => {
    const next = ring[(n + 1) % ring.length]!;
    const [ax, ay, bx, by] = [at[0]! - ox, at[1]! - oy, next[0]! - ox, next[1]! - oy];
    const part = ax * by - bx * ay;
    twice += part;
    x += (ax + bx) * part;
    y += (ay + by) * part;
  });
  return { area: Math.abs(twice), middle: twice ? [ox + x / (3 * twice), oy + y / (3 * twice)] : [ox, oy] };
}

/** Where a line from west to east meets the edges, from west on. */
function crossings(rings: GeoJSON.Position[][], y: number): number[] {
  const found: number[] = [];
  for (const [a, b] of edges(rings)) {
    if (a[1]! > y !== b[1]! > y) found.push(a[0]! + ((y - a[1]!) / (b[1]! - a[1]!)) * (b[0]! - a[0]!));
  }
  return found.sort((a, b) => a - b);
}

/** Whether a place lies within an outline and in none of its holes. */
export const holds = (rings: GeoJSON.Position[][], at: GeoJSON.Position): boolean => crossings(rings, at[1]!).filter((x) => x < at[0]!).length % 2 === 1;

/** How far a place inside is from the edges; 0 for one outside. */
function roomAt(rings: GeoJSON.Position[][], at: GeoJSON.Position): number {
  if (!holds(rings, at)) return 0;
  let least = Infinity;
  for (const [a, b] of edges(rings)) {
    const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!];
    const along = dx || dy ? Math.min(1, Math.max(0, ((at[0]! - a[0]!) * dx + (at[1]! - a[1]!) * dy) / (dx * dx + dy * dy))) : 0;
    least = Math.min(least, Math.hypot(at[0]! - a[0]! - along * dx, at[1]! - a[1]! - along * dy));
  }
  return least;
}

export function* edges(rings: GeoJSON.Position[][]): Generator<[GeoJSON.Position, GeoJSON.Position]> {
  for (const ring of rings) for (let at = 1; at < ring.length; at += 1) yield [ring[at - 1]!, ring[at]!];
}
