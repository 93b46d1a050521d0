// Where two scenarios differ, small: a map for each column of parcels and each layer that changes, what changes in ink.

import { h } from "../../map/dom";
import { isSafe } from "./colours";
import { store } from "./store";
import { bounds, draw, middle } from "./thumbnail";
import { columnName, layerName } from "./vocabulary";
import { language, number, say, scenarioName } from "./words";
import type { Comparison, Feature, Layers, Place } from "./types";

type Change = Comparison["changed"][number];

/** Each map is at most so wide and so high, px; of a plan that changes its uses there are two. */
const SIZE: [number, number] = [98, 176];
/** So many groups are drawn, the rest is named. */
const MOST = 6;

/** What was drawn, of which comparison, in which language and colours: an edit draws it no second time. */
let kept: { of: Comparison; as: string; drawn: HTMLElement[] } | null = null;

const USES = "parcels land_use";
/** What one looks for first; the rest by how much changes. Columns that no plan has to have are in the list alone. */
const FIRST = [USES, "parcels geometry", "parcels far", "parcels height_m", "parcels residents"];

/** Changes by what changes: a column of parcels, or another layer. */
function groups(changed: Change[]): [string, Change[]][] {
  const by = new Map<string, Change[]>();
  for (const one of changed) {
    const columns = one.layer !== "parcels" ? [""] : one.change === "changed" ? one.fields.map(({ column }) => column) : ["geometry"];
    for (const column of columns.filter((each) => one.layer !== "parcels" || each === "geometry" || store.vocabulary.layers["parcels"]?.columns[each])) {
      const name = `${one.layer} ${column}`;
      by.set(name, [...(by.get(name) ?? []), one]);
    }
  }
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return [...by].sort(([one, some], [other, others]) => rank(one) - rank(other) || others.length - some.length);
}

function called(group: string): string {
  const [layer, column] = group.split(" ") as [string, string];
  return column === "" ? layerName(layer) : column === "geometry" ? `${layerName(layer)}${say("colon")}${say("outline")}` : columnName(layer, column);
}

export function differing(of: Comparison, there: Layers, other: string, go: (layer: string, id: string) => void): HTMLElement[] {
  const as = `${language()} ${isSafe()}`;
  if (kept?.of !== of || kept.as !== as) kept = { of, as, drawn: maps(of, there, other, go) };
  return kept.drawn;
}

function maps({ changed }: Comparison, there: Layers, other: string, go: (layer: string, id: string) => void): HTMLElement[] {
  const before = new Map(Object.entries(there.layers).map(([name, { features }]) => [name, new Map(features.map((one) => [one.id, one]))]));
  const sides = [before, store.features];
  const shapes = (changes: Change[], side: typeof before): Feature[] => changes.map(({ layer, id }) => side.get(layer)?.get(id)).filter((one): one is Feature => Boolean(one?.geometry));
  const seen = groups(changed).filter(([, changes]) => sides.some((side) => shapes(changes, side).length));
  if (!seen.length) return [];
  const picture = (changes: Change[], side: typeof before, pale: boolean): HTMLElement => {
    const canvas = h("canvas", {});
    // What is not among the layers of the other scenario is drawn as it is here.
    draw(canvas, SIZE, (layer) => (side.get(layer) ?? store.features.get(layer))?.values() ?? [], shapes(changes, side), pale);
    return canvas;
  };
  const group = ([name, changes]: [string, Change[]]): HTMLElement => {
    const isUse = name === USES;
    const drawn = isUse ? sides.map((side) => picture(changes, side, false)) : [picture(changes, shapes(changes, store.features).length ? store.features : before, true)];
    const here = changes.filter(({ layer, id }) => store.features.get(layer)?.has(id));
    const pictures = drawn.map((one, at) => h("span", {}, isUse && h("small", {}, scenarioName(at ? store.state.scenario : other)), one));
    const act = (event: MouseEvent): void => {
      const one = nearest(here, event);
      if (one) go(one.layer, one.id);
    };
    return h("button", { class: "small-map", disabled: !here.length, onclick: act }, h("span", { class: "pictures", "aria-hidden": "true" }, ...pictures), h("span", {}, `${called(name)} `, h("b", {}, number(changes.length, 0)))); // prettier-ignore
  };
  const rest = seen.slice(MOST);
  return [
    h("h2", {}, say("whereItDiffers"), h("small", {}, say("whereItDiffersAbout"))),
    h("div", { class: "small-maps" }, ...seen.slice(0, MOST).map(group)),
    ...(rest.length ? [h("p", { class: "about" }, `+ ${rest.map(([name, changes]) => `${called(name)} ${number(changes.length, 0)}`).join(", ")}`)] : []),
  ];
}

/** The change next to where a map was clicked; the first where a key was pressed. */
function nearest(changes: Change[], { target, clientX, clientY }: MouseEvent): Change | undefined {
  if (!(target instanceof HTMLCanvasElement)) return changes[0];
  const { left, top, width, height } = target.getBoundingClientRect();
  const [west, south, east, north] = bounds();
  const [x, y] = [west + ((clientX - left) / width) * (east - west), north - ((clientY - top) / height) * (north - south)];
  const far = ({ layer, id }: Change): number => {
    const at: Place | null = middle(store.features.get(layer)?.get(id));
    return at ? Math.hypot(at[0] - x, at[1] - y) : Infinity;
  };
  return changes.map((one) => ({ one, far: far(one) })).sort((a, b) => a.far - b.far)[0]?.one;
}
