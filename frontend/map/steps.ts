// Coordinates as the service sends them to maps: whole parts of a metre from an origin, in steps.

import type { Place } from "./projection";

type Deep = number[] | Deep[];

/** The plan's own metres again; each point of a line comes as the step from the one before. */
export function inPlace(found: Deep, [east, north]: Place, parts: number): Deep {
  const metres = (x: number, y: number): number[] => [(x + east * parts) / parts, (y + north * parts) / parts];
  const first = found[0];
  if (typeof first === "number") return metres(first, found[1] as number);
  if (typeof (first as Deep)[0] !== "number") return (found as Deep[]).map((one) => inPlace(one, [east, north], parts));
  let [x, y] = [0, 0];
  return (found as number[][]).map(([dx, dy]) => metres((x += dx!), (y += dy!)));
}

interface Drawn {
  features: { geometry: GeoJSON.Geometry | null }[];
}

/** Does so with every geometry of some layers, in place. */
export function allInPlace(layers: Iterable<Drawn>, origin: Place, parts: number): void {
  for (const { features } of layers) {
    for (const { geometry } of features) {
      if (geometry && geometry.type !== "GeometryCollection") geometry.coordinates = inPlace(geometry.coordinates as Deep, origin, parts) as never;
    }
  }
}
