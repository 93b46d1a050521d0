// The inspector of the selection: every known column, each field an edit.

import { fill, h } from "../../map/dom";
import { flat } from "../../map/projection";
import { store } from "./store";
import { codesOf, columnName, hasCodes, idInWords, inPercent, isShare, isUse, layerName, nameOf, useName, valueName } from "./vocabulary";
import { lacking, number, say } from "./words";
import type { Edit, Feature, Value } from "./types";

const FIRST = ["land_use", "permitted", "far", "height_m", "coverage_ratio", "green_ratio", "residents", "floor_area_m2", "status", "committed"];
/** Whether the fields without a value are shown too. */
let unfolded = false;

/** A number beyond this is no floor area over land but a percentage. */
const MOST_FAR = 20;

/** What a person typed, in the column's kind; undefined where it is no value of that kind. */
export function typed(text: string, kind: string, column = ""): Value | undefined {
  const given = text.trim();
  if (given === "") return null;
  if (kind === "number") {
    // Full-width forms alone: others of NFKC change the figure (5² to 52).
    const [, figure, sign] = /^(.*?)\s*(%?)$/.exec(given.replace(/[\uff01-\uff5e]/g, (one) => one.normalize("NFKC"))) ?? [];
    // A comma parts thousands; elsewhere it may have been meant for a point, as in 0,125.
    const value = Number(/^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(figure ?? "") ? figure!.replaceAll(",", "") : figure || "?");
    const isPercentage = sign || (inPercent(column) && value > (isShare(column) ? 1 : MOST_FAR));
    return Number.isFinite(value) ? (isPercentage ? Number((value / 100).toPrecision(12)) : value) : undefined;
  }
  if (kind === "flag") return given === "true" ? true : given === "false" ? false : undefined;
  return given;
}

/** A value as a field shows it: nobody reads the thirteenth digit of a sum. */
function readable(value: Value, column: string): string {
  if (value === null) return "";
  if (typeof value !== "number") return String(value);
  return inPercent(column) ? `${Number((value * 100).toFixed(2))}%` : String(Number(value.toFixed(column.endsWith("_m2") ? 2 : 4)));
}

/** What a column holds: a number, a flag or text. */
export function kindOf(layer: string, feature: Feature, column: string): string {
  return store.vocabulary.layers[layer]?.columns[column]?.kind ?? (typeof feature.properties[column] === "number" ? "number" : "text");
}

/** A field that is an edit when it is left, of all features together; bare without its name beside it, as in a table. */
export function field(layer: string, features: Feature[], column: string, bare = false): HTMLElement {
  const [feature] = features as [Feature];
  const spec = store.vocabulary.layers[layer]?.columns[column];
  const held = features.map((one) => one.properties[column] ?? null);
  const alike = held.every((one) => one === held[0]);
  const value = alike ? held[0]! : null;
  const kind = kindOf(layer, feature, column);
  const commit = (event: Event): void => {
    const input = event.target as HTMLInputElement | HTMLSelectElement;
    const given = typed(input.value, kind, column);
    input.removeAttribute("aria-invalid");
    if (given === undefined) {
      input.setAttribute("aria-invalid", "true");
      store.refuse(id, input.value, `${say("unread")} ${columnName(layer, column)}: “${input.value}”`);
      return;
    }
    store.read(id);
    const edits = features.filter((one) => (one.properties[column] ?? null) !== given).map((one): Edit => ({ op: "set", layer, id: one.id, column, value: given }));
    if (edits.length) void store.edit(edits);
  };
  const id = features.length > 1 ? `all-${column}` : `${bare ? "t" : "i"}-${feature.id}-${column}`;
  const choices = kind === "flag" ? ["true", "false"] : Object.keys(spec?.values ?? {});
  const props = { id, onchange: commit, "aria-label": columnName(layer, column), "data-column": column };
  const none = alike ? "–" : say("various");
  const refused = store.unread?.field === id ? store.unread.words : undefined;
  const input = choices.length
    ? h("select", props, h("option", { value: "" }, none), ...choices.map((one) => h("option", { value: one, selected: one === String(value) }, valueName(layer, column, kind === "flag" ? one === "true" : one))))
    : h("input", { ...props, value: refused ?? readable(value, column), "aria-invalid": refused !== undefined && "true", inputmode: kind === "number" ? "decimal" : undefined, list: isUse(column) ? "uses" : undefined, placeholder: none });
  if (bare) return input;
  const earlier = features.length === 1 ? store.earlier(layer, feature.id) : undefined;
  const old = earlier?.properties[column] ?? null;
  const was = earlier && old !== value ? `${say("was")} ${choices.length ? valueName(layer, column, old) : readable(old, column) || "–"}` : "";
  const use = hasCodes(column) && typeof value === "string" ? codesOf(value).map(useName).filter(Boolean).join(say("listed")) : "";
  const unit = inPercent(column) && !isShare(column) && `${number(MOST_FAR)} ${say("asMultiple")}`;
  return h("label", { for: id }, h("span", {}, columnName(layer, column)), input, unit && h("small", {}, unit), use && h("small", {}, use), was && h("small", { class: "was-value" }, was));
}

export function areaOf(feature: Pick<Feature, "geometry">): number | null {
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

/** An area; beside another one in the unit of the larger, to as many decimals. */
const inWords = (area: number, other?: number | null): string =>
  Math.max(area, other ?? 0) >= 10000 ? `${number(area / 10000, 2, other ? 2 : 0)} ${say("hectares")}` : `${number(area, 0)} ${say("squareMetres")}`;

/** What several features hold together; of how many it is not known is said too. */
function total(features: Feature[], column: string, word: string): HTMLElement | false {
  const values = features.map((one) => one.properties[column]);
  const known = values.filter((one): one is number => typeof one === "number");
  if (!known.length) return false;
  return h("span", {}, `${word} `, h("b", {}, number(known.reduce((sum, one) => sum + one, 0), 0)), h("small", {}, lacking(known.length, values.length)));
}

export function drawInspector(into: Element): void {
  const selection = store.selection;
  const features = store.chosen;
  const feature = features.at(-1);
  if (!selection || !feature) {
    fill(into, h("p", { class: "empty" }, say("nothingSelected"), h("small", { class: "by-mouse" }, say("selectMore"))));
    return;
  }
  const { layer } = selection;
  const several = features.length > 1;
  // The parcel that something stands on can be set; what a parcel is called and belongs to cannot.
  const known = Object.keys(store.vocabulary.layers[layer]?.columns ?? {}).filter((one) => !one.endsWith("_id") || (one === "parcel_id" && layer !== "parcels"));
  const columns = [...FIRST.filter((one) => known.includes(one)), ...known.filter((one) => !FIRST.includes(one))];
  const areas = features.map(areaOf).filter((one) => one !== null);
  const earlier = several ? undefined : store.earlier(layer, feature.id);
  const old = earlier ? areaOf(earlier) : null;
  const first = columns.filter((one) => FIRST.includes(one) || (!several && (feature.properties[one] ?? null) !== null));
  const rest = several ? [] : columns.filter((one) => !first.includes(one));
  const area = areas.reduce((sum, one) => sum + one, 0);
  const moved = old !== null && Math.abs(old - area) >= 0.5 ? old : null;
  const name = several ? "" : nameOf(feature.properties);
  fill(
    into,
    several ? h("h2", {}, `${features.length} × ${layerName(layer)}`) : h("h2", {}, idInWords(feature.id), h("small", {}, ` ${[name, layerName(layer)].filter(Boolean).join(" · ")}`)),
    areas.length > 0 && h("p", { class: "area" },
      h("span", {}, `${say("area")} `, h("b", {}, inWords(area, moved)), moved !== null && h("small", {}, ` ${say("was")} ${inWords(moved, area)}`)),
      several && total(features, "residents", say("residents")),
      several && total(features, "floor_area_m2", columnName(layer, "floor_area_m2"))), // prettier-ignore
    several && h("p", { class: "about" }, say("setsAll")),
    h("div", { class: "fields" }, ...first.map((column) => field(layer, features, column))),
    rest.length > 0 &&
      h(
        "details",
        { class: "more", open: unfolded, ontoggle: (event: Event) => { unfolded = (event.target as HTMLDetailsElement).open; } },
        h("summary", {}, `${say("moreFields")} ${rest.length}`),
        h("div", { class: "fields" }, ...rest.map((column) => field(layer, features, column))),
      ), // prettier-ignore
    layer !== "parcels" &&
      h("button", { class: "quiet", onclick: () => void store.edit(features.map(({ id }): Edit => ({ op: "remove", layer, id }))) }, `${say("remove")} ${several ? features.length : idInWords(feature.id)}`),
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
