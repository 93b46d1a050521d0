// What columns, values and land uses are called, as the service names them.

import { store } from "./store";
import { language, number, say } from "./words";
import type { Verdict } from "./types";

export function columnName(layer: string, column: string): string {
  return store.vocabulary.layers[layer]?.columns[column]?.names[language()] ?? column.replaceAll("_", " ");
}

export function layerName(layer: string): string {
  return store.vocabulary.layers[layer]?.names[language()] ?? layer.replaceAll("_", " ");
}

/** Shares of the land, which are read and written in percent; in Japanese floor area ratios are so too. */
export const isShare = (column: string): boolean => /^(coverage|green)_ratio/.test(column);
export const inPercent = (column: string): boolean => isShare(column) || (language() === "ja" && /^far(_base|_min|_max)?$/.test(column));

/** Columns of codes of land uses, one or several between commas. */
export const isUse = (column: string): boolean => column === "land_use" || column === "existing_land_use";
export const hasCodes = (column: string): boolean => isUse(column) || column === "permitted" || column.endsWith("_codes");
export const codesOf = (value: string): string[] => value.split(/[,，、]/).map((one) => one.trim());

/** A value as people read it: that of a list or a flag by its name, a code of land use with its name, any other as it is. */
export function valueName(layer: string, column: string, value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return inPercent(column) ? `${number(value * 100)}%` : number(value, 3);
  if (typeof value === "boolean") return store.vocabulary.flags[`${value}`][language()];
  if (hasCodes(column)) return codesOf(String(value)).map((one) => [one, useName(one)].filter(Boolean).join(" ")).join(say("listed"));
  return store.vocabulary.layers[layer]?.columns[column]?.values[String(value)]?.[language()] ?? String(value);
}

export function readingName(reading: string): string {
  return store.vocabulary.readings[reading]?.[language()] ?? reading.replaceAll("_", " ");
}

export const readingInShort = (reading: string): string => store.vocabulary.readings_in_short[reading]?.[language()] ?? "";

/** The title of a pack of rules; its name where it has none. */
export const packName = (pack: string): string => store.state.packs[pack] ?? pack;

/** What force a rule has, and how sure it is that it says so. */
export function forceName({ force, confidence }: Verdict): string {
  const said = [store.vocabulary.forces[force]?.[language()] ?? force];
  if (confidence !== "A") said.push(store.vocabulary.confidences[confidence]?.[language()] ?? confidence);
  return said.join(" · ");
}

/** The sign of a kind of facility, as on the sheets. */
export function signOf(service: string): string {
  return store.vocabulary.marks[service]?.[language()] ?? "·";
}

/** The name of a feature in the reader's language, else in one that it has. */
export function nameOf(own: Record<string, unknown>): string {
  const names = [language(), "zh", "en", "ja"].map((lang) => own[`name_${lang}`]);
  return String(names.find((one) => typeof one === "string" && one !== "") ?? "");
}

export function useName(code: string): string {
  return store.vocabulary.land_uses[code]?.names[language()] ?? "";
}

/** A service, or what else people are counted to reach. */
export function serviceName(service: string): string {
  if (service === "green" || service === "school_land" || service === "stop") return say(service);
  return valueName("facilities", "service", service);
}

export const services = (): string[] => Object.keys(store.vocabulary.layers["facilities"]?.columns["service"]?.values ?? {});

/** The id of a feature; what has none is called by its row. */
export function idInWords(id: string): string {
  const row = /^\(row (\d+)\)$/.exec(id);
  return row && language() !== "en" ? (language() === "zh" ? `第 ${row[1]} 行` : `${row[1]} 行目`) : id;
}

/** The part of the plan that a verdict is about, by its name where it has one; nothing where its title says that. */
export function partInWords({ scope, title }: Pick<Verdict, "scope" | "title">): string {
  const own = store.features.get(`${scope.kind}s`)?.get(scope.id);
  const name = own ? nameOf(own.properties) : "";
  if (name.length > 2 && title.toLowerCase().includes(name.toLowerCase())) return ""; // A or 东 is in any title
  return name || idInWords(scope.id);
}

/** What faults of a kind are called together. */
export const faultTitle = (kind: string): string => store.vocabulary.faults[kind]?.[language()] ?? kind;

/** A message of a fault with the names that readers know in the place of those in tables. */
export function faultInWords(layer: string, text: string): string {
  const spec = store.vocabulary.layers[layer]?.columns ?? {};
  const named = (word: string): string => {
    // Plain English is not told from a column that is called so.
    if (language() === "en" && !word.includes("_")) return word;
    if (spec[word]) return spec[word].names[language()];
    const value = Object.values(spec).find((one) => word in one.values)?.values[word];
    return value?.[language()] ?? (word in store.vocabulary.layers ? layerName(word) : word);
  };
  // What the files call a column stands in brackets behind its name, which may end in a unit in the same ones.
  const bare = text.replace(/(（|，)([a-z][a-z\d_]*)）/g, (all, before: string, code: string) => (spec[code] ? before.replace("（", "").replace("，", "）") : all));
  const said = bare.replace(/(?<![\w."'-])[a-z][a-z\d]*(?:_[a-z\d]+)*(?![\w."'-])/g, named);
  // A name with what the files call it in brackets would be said twice.
  return said.replace(/([^（）]+?)（\1）/g, "$1");
}
