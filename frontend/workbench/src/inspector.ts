// The inspector of the selection: every known column, each field an edit.

import { fill, h } from "../../map/dom";
import { flat } from "../../map/projection";
import { store } from "./store";
import { columnName, layerName, useName, valueName } from "./vocabulary";
import { number, say } from "./words";
import type { Feature, Value } from "./types";

const FIRST = ["land_use", "far", "height_m", "coverage_ratio", "green_ratio", "residents", "floor_area_m2", "status", "committed"];
/** Whether the fields without a value are shown too. */
let unfolded = false;

/** What a person typed, in the column's kind; undefined where it is no value of that kind. */
export function typed(text: string, kind: string): Value | undefined {
  const given = text.trim();
  if (given === "") return null;
  if (kind === "number") {
    const [, figure, share] = /^(.*?)\s*([%％]?)$/.exec(given.replaceAll(/[,，]/g, "")) ?? [];
    const value = Number(figure || "?") / (share ? 100 : 1);
    return Number.isFinite(value) ? value : undefined;
  }
  if (kind === "flag") return given === "true" ? true : given === "false" ? false : undefined;
  return given;
}

/** A value as a field shows it: nobody reads the thirteenth digit of a sum. */
const readable = (value: string | number | boolean): string => String(typeof value === "number" ? Number(value.toFixed(4)) : value);

const isUse = (column: string): boolean => column === "land_use" || column === "existing_land_use";

/** What a column holds: a number, a flag or text. */
export function kindOf(layer: string, feature: Feature, column: string): string {
  return store.vocabulary.layers[layer]?.columns[column]?.kind ?? (typeof feature.properties[column] === "number" ? "number" : "text");
}

/** A field that is an edit when it is left; bare without its name beside it, as in a table. */
export function field(layer: string, feature: Feature, column: string, bare = false): HTMLElement {
  const spec = store.vocabulary.layers[layer]?.columns[column];
  const value = feature.properties[column] ?? null;
  const kind = kindOf(layer, feature, column);
  const commit = (event: Event): void => {
    const input = event.target as HTMLInputElement | HTMLSelectElement;
    const given = typed(input.value, kind);
    if (given === undefined) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    if (given !== value) void store.edit([{ op: "set", layer, id: feature.id, column, value: given }]);
  };
  const id = `${bare ? "t" : "i"}-${feature.id}-${column}`;
  const choices = kind === "flag" ? ["true", "false"] : Object.keys(spec?.values ?? {});
  const props = { id, onchange: commit, "aria-label": columnName(layer, column), "data-column": column };
  const input = choices.length
    ? h("select", props, h("option", { value: "" }, "–"), ...choices.map((one) => h("option", { value: one, selected: one === String(value) }, valueName(layer, column, kind === "flag" ? one === "true" : one))))
    : h("input", { ...props, value: value === null ? "" : readable(value), inputmode: kind === "number" ? "decimal" : undefined, list: isUse(column) ? "uses" : undefined, placeholder: "–" });
  if (bare) return input;
  return h("label", { for: id }, h("span", {}, columnName(layer, column)), input, isUse(column) && typeof value === "string" && h("small", {}, useName(value)));
}

export function areaOf(feature: Feature): number | null {
  const geometry = feature.geometry;
  if (!geometry || (geometry.type !== "Polygon" && geometry.type !== "MultiPolygon")) return null;
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const ring = (places: number[][]): number => {
    let sum = 0;
    const [ox, oy] = places[0] as [number, number];
    for (let at = 0; at + 1 < places.length; at += 1) {
      const [x, y] = places[at] as [number, number];
      const [u, v] = places[at + 1] as [number, number];
      sum += (x - ox) * (v - oy) - (u - ox) * (y - oy);
    }
    return Math.abs(sum / 2);
  };
  return polygons.reduce((sum, [outer, ...holes]) => sum + ring(outer ?? []) - holes.reduce((some, hole) => some + ring(hole), 0), 0);
}

export function drawInspector(into: Element): void {
  const selection = store.selection;
  const feature = store.feature(selection);
  if (!selection || !feature) {
    fill(into, h("p", { class: "empty" }, say("nothingSelected")));
    return;
  }
  const known = Object.keys(store.vocabulary.layers[selection.layer]?.columns ?? {}).filter((one) => !one.endsWith("_id"));
  const columns = [...FIRST.filter((one) => known.includes(one)), ...known.filter((one) => !FIRST.includes(one))];
  const area = areaOf(feature);
  const first = columns.filter((one) => FIRST.includes(one) || (feature.properties[one] ?? null) !== null);
  const rest = columns.filter((one) => !first.includes(one));
  fill(
    into,
    h("h2", {}, feature.id, h("small", {}, ` ${layerName(selection.layer)}`)),
    area !== null && h("p", { class: "area" }, `${say("area")} `, h("b", {}, area >= 10000 ? `${number(area / 10000, 2)} ${say("hectares")}` : `${number(area, 0)} ${say("squareMetres")}`)),
    h("div", { class: "fields" }, ...first.map((column) => field(selection.layer, feature, column))),
    rest.length > 0 &&
      h(
        "details",
        { class: "more", open: unfolded, ontoggle: (event: Event) => { unfolded = (event.target as HTMLDetailsElement).open; } },
        h("summary", {}, `${say("moreFields")} ${rest.length}`),
        h("div", { class: "fields" }, ...rest.map((column) => field(selection.layer, feature, column))),
      ), // prettier-ignore
    selection.layer !== "parcels" &&
      h("button", { class: "quiet", onclick: () => void store.edit([{ op: "remove", layer: selection.layer, id: feature.id }]) }, `${say("remove")} ${feature.id}`),
  );
}

export function verticesOf(feature: Feature | undefined): [number, number][] {
  const seen = new Set<string>();
  return flat(feature?.geometry).filter((place) => {
    const name = place.join(" ");
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
