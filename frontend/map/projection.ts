// The plan's metres on a map that thinks in degrees: the plan stands at longitude and latitude 0, where a metre of
// the map's Mercator plane is a metre of the plan. Nothing is known of where on earth it lies, and nothing is bent.

export type Place = [number, number];

const RADIUS_M = 6378137;
let east = 0;
let north = 0;

export function centreOn(bounds: [number, number, number, number]): void {
  east = (bounds[0] + bounds[2]) / 2;
  north = (bounds[1] + bounds[3]) / 2;
}

/** The place of the plan that stands at longitude and latitude 0. */
export const middle = (): Place => [east, north];

export function toMap([x, y]: Place): [number, number] {
  const up = (y - north) / RADIUS_M;
  return [((x - east) / RADIUS_M) * (180 / Math.PI), (2 * Math.atan(Math.exp(up)) - Math.PI / 2) * (180 / Math.PI)];
}

/** The place of the plan, in whole millimetres. */
export function toPlan({ lng, lat }: { lng: number; lat: number }): Place {
  const x = east + ((lng * Math.PI) / 180) * RADIUS_M;
  const y = north + Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * RADIUS_M;
  return [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000];
}

/** The place of the plan of a point of the map. */
export const onPlan = ({ coordinates: [lng, lat] }: GeoJSON.Point): Place => toPlan({ lng: lng!, lat: lat! });

type Deep = number | Deep[];
function moved(coordinates: Deep): Deep {
  const first = (coordinates as Deep[])[0];
  if (typeof first === "number") return toMap(coordinates as unknown as Place);
  return (coordinates as Deep[]).map(moved);
}

export function geometryToMap(geometry: GeoJSON.Geometry): GeoJSON.Geometry {
  if (geometry.type === "GeometryCollection") {
    return { type: "GeometryCollection", geometries: geometry.geometries.map(geometryToMap) };
  }
  return { ...geometry, coordinates: moved(geometry.coordinates as Deep) } as GeoJSON.Geometry;
}

/** All places of a geometry, one after the other. */
export function flat(geometry: GeoJSON.Geometry | null | undefined): Place[] {
  if (!geometry) return [];
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(flat);
  const numbers = (geometry.coordinates as unknown[]).flat(10) as number[];
  return Array.from({ length: numbers.length / 2 }, (_, at) => [numbers[2 * at]!, numbers[2 * at + 1]!]);
}
