// What the page and the service tell the map: the shapes of `pages/island.py`, `mapdata.py` and `my_place.py`.

import type { Place } from "../../map/projection";
import { allInPlace } from "../../map/steps";

export type Words = Record<string, string>;

export interface Use {
  code: string;
  name: string;
  colour: string;
  safe: string;
}

/** A kind of facility: its name, and the letter that stands for it. */
export interface Mark {
  sign: string;
  name: string;
}

export interface Given {
  lang: string;
  plan: string;
  tiles: string;
  /** Pictures under the plan, to whom they belong, and to which zoom there are any; null where the office sets none. */
  base_map: { tiles: string; credit: string; deepest: number } | null;
  opinions: string;
  opinion: string;
  /** Where all of them are read. */
  said: string;
  place: string;
  write: string | null;
  worker: string;
  uses: Use[];
  marks: Record<string, Mark>;
  /** Names of what the map draws beside land uses and signs: by layer, or `streets` and a class. */
  drawn: Record<string, string>;
  words: Words;
}

/** Opinions as points of the plan, and what people call the objects that they are about. */
export interface Spoken extends GeoJSON.FeatureCollection {
  places: Record<string, { name: string; where: string; number: string; href: string }>;
  /** So many opinions were looked at; those without a place are no features. */
  of: number;
}

export interface PlanData {
  layers: Record<string, GeoJSON.FeatureCollection>;
  tiled: string[];
  bounds: [number, number, number, number] | null;
}

/** The plan in its own metres; it comes in decimetres. */
export async function askPlan(address: string): Promise<PlanData> {
  const plan = await ask<PlanData & { origin: Place }>(address);
  allInPlace(Object.values(plan.layers), plan.origin, 10);
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
  /** So many of them are shown at once. */
  next_door: number;
  within: { title: string; metres: number; none: string; rows: Row[]; tallest: string } | null;
  reached: { title: string; sentences: string[]; heads: string[]; rows: [string, string][][] } | null;
  near: Row[];
  near_title: string;
  opinions: { said: string; href: string } | null;
  /** Objects near by that opinions are about, and opinions about none whose place was drawn there. */
  spoken: string[];
}

export interface Found {
  here: Here | null;
  hits: { name: string; kind: string; where: string; href: string; about: string }[];
  said: string[];
}

export async function ask<T>(address: string): Promise<T> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  // Who asks too often is told so, in the form of an answer.
  if (!answer.ok && answer.status !== 429) throw new Error(`${answer.status} ${address}`);
  return (await answer.json()) as T;
}

/** The words of a key with what is filled in. */
export function filled(words: Words, key: string, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
