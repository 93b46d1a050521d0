// The tools at the map by name: the word and the key for each, and what it asks for.

import type { Word } from "./words";

export type Tool = "select" | "vertex" | "split" | "merge" | "boundary" | "place" | "street" | "measure" | "parcel";
export const TOOLS: { tool: Tool; word: Word; key: string; hint?: Word }[] = [
  { tool: "select", word: "select", key: "v" },
  { tool: "vertex", word: "vertex", key: "e", hint: "vertexHint" },
  { tool: "split", word: "split", key: "s", hint: "splitHint" },
  { tool: "merge", word: "merge", key: "m", hint: "mergeHint" },
  { tool: "boundary", word: "boundary", key: "b", hint: "boundaryHint" },
  { tool: "place", word: "place", key: "f", hint: "placeHint" },
  { tool: "street", word: "street", key: "d", hint: "streetHint" },
];
/** What a fault leads to. */
export const PARCEL = { tool: "parcel", word: "drawParcel", hint: "parcelHint" } as const;
/** What stands beside the map: it changes nothing. */
export const MEASURE = { tool: "measure", word: "measureTool", key: "q", hint: "measureHint" } as const;
