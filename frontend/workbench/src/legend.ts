// The legend: what of the plan is on the map now, in the colours and lines that it is drawn in.

import { toPlan, type Place } from "../../map/projection";
import { fillSample, lineSample, sampleOf } from "../../map/sample";
import { edges, holds, spotOf } from "../../map/spots";
import { streetLine } from "../../map/style";
import { h, refill } from "../../map/dom";
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

type Row = [sample: HTMLElement, name: string];

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
/** What hangs together of a geometry: an outline and its holes, a line or a point; and the box around it. */
type Part = { rings: GeoJSON.Position[][]; box: [west: number, south: number, east: number, north: number] };
const known = new WeakMap<GeoJSON.Geometry, Part[]>();

function partsOf(geometry: GeoJSON.Geometry): Part[] {
  let parts = known.get(geometry);
  if (parts) return parts;
  const part = (...rings: GeoJSON.Position[][]): Part => {
    const box: Part["box"] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) for (const [x, y] of ring as Place[]) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } // prettier-ignore
    return { rings, box };
  };
  switch (geometry.type) {
    case "Point": parts = [part([geometry.coordinates])]; break;
    case "MultiPoint": parts = geometry.coordinates.map((at) => part([at])); break;
    case "LineString": parts = [part(geometry.coordinates)]; break;
    case "MultiLineString": parts = geometry.coordinates.map((line) => part(line)); break;
    case "Polygon": parts = [part(...geometry.coordinates)]; break;
    case "MultiPolygon": parts = geometry.coordinates.map((rings) => part(...rings)); break;
    default: parts = geometry.geometries.flatMap(partsOf);
  } // prettier-ignore
  known.set(geometry, parts);
  return parts;
}

/** Whether a stretch of a line lies within a view, whose corners go round against the clock, or crosses it. */
function meets(view: Place[], [x, y]: GeoJSON.Position, [u, v]: GeoJSON.Position): boolean {
  let [from, to] = [0, 1];
  for (const [at, [ax, ay]] of view.entries()) {
    const [bx, by] = view[(at + 1) % view.length]!;
    const first = (bx - ax) * (y! - ay) - (by - ay) * (x! - ax);
    const last = (bx - ax) * (v! - ay) - (by - ay) * (u! - ax);
    if (first < 0 && last < 0) return false;
    if (first < 0) from = Math.max(from, first / (first - last));
    if (last < 0) to = Math.min(to, first / (first - last));
  }
  return from <= to;
}

/** Whether something of a feature is in the view: of what is drawn as a line its line, else its land too. */
function seenFrom(plan: PlanMap): (geometry: GeoJSON.Geometry | null, line: boolean) => boolean {
  const { clientWidth: wide, clientHeight: high } = plan.map.getContainer();
  const view = ([[0, high], [wide, high], [wide, 0], [0, 0]] as const).map((at) => toPlan(plan.map.unproject([...at])));
  const xs = view.map(([x]) => x);
  const ys = view.map(([, y]) => y);
  const [left, low, right, top] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const shown = ({ rings, box: [west, south, east, north] }: Part, line: boolean): boolean => {
    if (west > right || east < left || south > top || north < low) return false;
    if (rings[0]?.length === 1) return meets(view, rings[0][0]!, rings[0][0]!);
    for (const [one, next] of edges(rings)) if (meets(view, one, next)) return true;
    return !line && rings[0]!.length > 3 && holds(rings, view[0]!);
  };
  return (geometry, line) => geometry !== null && partsOf(geometry).some((part) => shown(part, line));
}

/** What the map shows, row by row: land, lines and signs. */
export function legendRows(plan: PlanMap): Row[] {
  const seen = seenFrom(plan);
  const features = (layer: string): Feature[] => [...(store.features.get(layer)?.values() ?? [])];
  const isLine = (id: string): boolean => id.endsWith("-line");
  // A sign stands at one spot of what it is for.
  const lies = (id: string, geometry: GeoJSON.Geometry | null): boolean => seen(geometry && id.endsWith("-sign") ? spotOf(geometry) : geometry, isLine(id));
  const kinds = (id: string, layer: string, column: string): string[] => {
    const found = new Set<string>();
    for (const { geometry, properties } of plan.shows(id) ? features(layer) : []) {
      const kind = String(properties[column] ?? "");
      if (kind && !found.has(kind) && lies(id, geometry)) found.add(kind);
    }
    return [...found].sort();
  };
  const unsaid = (id: string, layer: string, column: string): boolean => plan.shows(id) && features(layer).some(({ geometry, properties }) => !properties[column] && lies(id, geometry));
  const all: Row[] = [
    ...kinds("parcels-fill", "parcels", "land_use").map((code): Row => [fillSample(colourOf(code)), `${code} ${useName(code)}`]),
    ...(unsaid("parcels-fill", "parcels", "land_use") ? [[fillSample(colourOf(null)), say("useNotKnown")] satisfies Row] : []),
    ...(plan.shows("beyond-fill") && plan.hasBeyond ? [[h("i", { class: "hatched" }), say("beyond")] satisfies Row] : []),
    ...kinds("streets-line", "streets", "class").sort((one, other) => streetLine(other)[1] - streetLine(one)[1]).map((kind): Row => [lineSample(...streetLine(kind)), valueName("streets", "class", kind)]),
    ...kinds("controls-line", "control_lines", "kind").map((kind): Row => [lineSample(store.vocabulary.control_lines[kind]!, 2, true), valueName("control_lines", "kind", kind)]),
    ...ALIKE.filter(([id, layer]) => plan.shows(id) && features(layer).some(({ geometry }) => seen(geometry, isLine(id)))).map(([id, layer]): Row => [sampleOf(plan.map, id), layerName(layer)]),
    ...kinds("facilities-sign", "facilities", "service").map((service): Row => [h("b", { class: "mark" }, signOf(service)), serviceName(service)]),
    ...(unsaid("facilities-sign", "facilities", "service") ? [[h("b", { class: "mark" }, signOf("")), say("serviceNotKnown")] satisfies Row] : []),
  ]; // prettier-ignore
  return all.map(([shown, name]) => [shown, capital(name)]);
}

/** Writes the legend anew; without a map there is nothing to explain. */
export function drawLegend(into: Element, plan: PlanMap | null): void {
  refill(into, ...(plan ? legendRows(plan) : []).map(([shown, name]) => h("li", {}, shown, name)));
}
