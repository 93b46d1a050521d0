/** Canonical JSON (RFC 8785): what ECMAScript writes, over sorted keys. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Table = { [key: string]: Json };

const DEEPEST = 64;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The canonical text of a value. */
export function dumps(value: Json, depth = 0): string {
  if (depth > DEEPEST) throw new Error("nested too deep");
  if (Array.isArray(value)) return `[${value.map((item) => dumps(item, depth + 1)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.keys(value).sort().map((key) => `${string(key)}:${dumps(value[key] as Json, depth + 1)}`);
    return `{${members.join(",")}}`;
  }
  return typeof value === "string" ? string(value) : JSON.stringify(value);
}

/** The value of a canonical text; any other text is refused. */
export function loads(said: string): Json {
  const value = JSON.parse(said) as Json;
  if (dumps(value) !== said) throw new Error("not in canonical form (RFC 8785)");
  return value;
}

/** A value as a table; refused if it is none. */
export function table(value: Json | undefined): Table {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("no table");
  return value;
}

function string(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new Error("a lone surrogate");
  return JSON.stringify(value);
}
