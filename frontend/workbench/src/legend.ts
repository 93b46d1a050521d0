// The legend: what of the plan is on the map now, in the colours and lines that it is drawn in.

import { flat, toPlan } from "../../map/projection";
import { fillSample, lineSample, sampleOf } from "../../map/sample";
import { streetLine } from "../../map/style";
import { fill, h } from "../../map/dom";
import { colourOf } from "./colours";
import type { PlanMap } from "./map";
import { store } from "./store";
import type { Feature } from "./types";
import { layerName, serviceName, signOf, useName, valueName } from "./vocabulary";
import { say } from "./words";

/** Layers of the map that show what is of one look, and the layers of the plan they come from. */
const ALIKE = [
  ["boundary-line", "boundary"], ["blocks-line", "blocks"], ["subblocks-line", "subblocks"], ["areas-line", "areas"], ["structure-line", "structure"],
  ["rail-line", "rail"], ["stops-dot", "stops"], ["entrances-dot", "green_entrances"], ["accesses-dot", "accesses"], ["setbacks-line", "setbacks"],
  ["buildings-fill", "buildings"], ["greens-fill", "greens"], ["woodland-fill", "woodland"], ["water-fill", "water"],
] as const; // prettier-ignore

type Box = [number, number, number, number];
type Row = [sample: HTMLElement, name: string];
const boxes = new WeakMap<object, Box[]>();

/** Boxes around a feature: one of its land, one a stretch of what is drawn as a line. */
function boxesOf({ geometry }: Feature, lines: boolean): Box[] {
  if (!geometry) return [];
  const known = boxes.get(geometry);
  if (known) return known;
  const places = flat(geometry);
  const around = (some: typeof places): Box => some.reduce<Box>(([west, south, east, north], [x, y]) => [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)], [Infinity, Infinity, -Infinity, -Infinity]);
  const found = lines && places.length > 1 ? places.slice(1).map((one, at) => around([places[at]!, one])) : [around(places)];
  boxes.set(geometry, found);
  return found;
}

/** Whether something of a feature is in the view. */
function seenFrom(plan: PlanMap): (feature: Feature, lines?: boolean) => boolean {
  const { clientWidth: wide, clientHeight: high } = plan.map.getContainer();
  const corners = ([[0, 0], [wide, 0], [wide, high], [0, high]] as const).map((at) => toPlan(plan.map.unproject([...at])));
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, low, right, high_] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return (feature, lines = false) => boxesOf(feature, lines).some(([west, south, east, north]) => west <= right && east >= left && south <= high_ && north >= low);
}

/** What the map shows, row by row: land, lines and signs. */
function rows(plan: PlanMap): Row[] {
  const seen = seenFrom(plan);
  const there = (layer: string, lines = false): Feature[] => [...(store.features.get(layer)?.values() ?? [])].filter((one) => seen(one, lines));
  const kinds = (id: string, layer: string, column: string, lines = false): string[] =>
    plan.shows(id) ? [...new Set(there(layer, lines).map((one) => String(one.properties[column] ?? "")))].filter(Boolean).sort() : [];
  return [
    ...kinds("parcels-fill", "parcels", "land_use").map((code): Row => [fillSample(colourOf(code)), `${code} ${useName(code)}`]),
    ...(plan.shows("beyond-fill") && plan.hasBeyond ? [[h("i", { class: "hatched" }), say("beyond")] satisfies Row] : []),
    ...kinds("streets-line", "streets", "class", true).map((kind): Row => [lineSample(...streetLine(kind)), valueName("streets", "class", kind)]),
    ...kinds("controls-line", "control_lines", "kind", true).map((kind): Row => [lineSample(store.vocabulary.control_lines[kind]!, 2, true), valueName("control_lines", "kind", kind)]),
    ...ALIKE.filter(([id, layer]) => plan.shows(id) && there(layer, id.endsWith("-line")).length).map(([id, layer]): Row => [sampleOf(plan.map, id), layerName(layer)]),
    ...kinds("facilities-sign", "facilities", "service").map((service): Row => [h("b", { class: "mark" }, signOf(service)), serviceName(service)]),
  ]; // prettier-ignore
}

/** Writes the legend anew; without a map there is nothing to explain. */
export function drawLegend(into: Element, plan: PlanMap | null): void {
  fill(into, ...(plan ? rows(plan) : []).map(([shown, name]) => h("li", {}, shown, name.charAt(0).toUpperCase() + name.slice(1))));
}
