// What the page and the service tell the map: the shapes of `pages/island.py`, `mapdata.py` and `here.py`.

import type { Place } from "../../map/projection";

export type Words = Record<string, string>;

export interface Use {
  code: string;
  name: string;
  colour: string;
  safe: string;
}

export interface Given {
  lang: string;
  plan: string;
  tiles: string;
  opinions: string;
  opinion: string;
  place: string;
  write: string | null;
  worker: string;
  uses: Use[];
  marks: Record<string, string>;
  words: Words;
}

export interface PlanData {
  layers: Record<string, GeoJSON.FeatureCollection>;
  tiled: string[];
  bounds: [number, number, number, number] | null;
}

type Deep = number[] | Deep[];

/** The plan's own metres, of decimetres from an origin, each point of a line as the step from the one before. */
export async function askPlan(address: string): Promise<PlanData> {
  const plan = await ask<PlanData & { origin: Place }>(address);
  const [east, north] = plan.origin;
  const inPlace = (found: Deep): Deep => {
    const first = found[0];
    if (typeof first === "number") return [first / 10 + east, (found[1] as number) / 10 + north];
    if (typeof (first as Deep)[0] !== "number") return (found as Deep[]).map(inPlace);
    let [x, y] = [0, 0];
    return (found as number[][]).map(([dx, dy]) => [(x += dx!) / 10 + east, (y += dy!) / 10 + north]);
  };
  for (const layer of Object.values(plan.layers)) {
    for (const { geometry } of layer.features) {
      if (geometry.type !== "GeometryCollection") geometry.coordinates = inPlace(geometry.coordinates as Deep) as never;
    }
  }
  return plan;
}

export interface Row {
  name: string;
  href: string;
  [more: string]: string | number;
}

export interface Here {
  title: string;
  sub: string;
  about: string;
  at: Place | null;
  href: string;
  object: string | null;
  write: string | null;
  sentence: string;
  notes: string[];
  beside: { side: string; colour: string; code: string; use: string; said: string; way: string; href: string }[];
  within: { title: string; metres: number; none: string; rows: Row[]; tallest: string } | null;
  reached: { title: string; sentences: string[]; heads: string[]; rows: string[][] } | null;
  near: Row[];
  near_title: string;
  opinions: { said: string; href: string } | null;
}

export interface Found {
  here: Here | null;
  hits: { name: string; kind: string; where: string; href: string; about: string }[];
  said: string[];
}

export async function ask<T>(address: string): Promise<T> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return (await answer.json()) as T;
}

/** The words of a key with what is filled in. */
export function filled(words: Words, key: string, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
