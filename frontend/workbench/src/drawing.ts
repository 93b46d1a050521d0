// What is drawn of the plan: its features as the map takes them, with their colours, labels and heights.

import { aside } from "../../map/marks";
import { geometryToMap, onPlan } from "../../map/projection";
import { asSpots, holds, withSpots } from "../../map/spots";
import { fitting } from "../../map/style";
import { colourOf, inkOn } from "./colours";
import { store } from "./store";
import { inPercent, nameOf, signOf, valueName } from "./vocabulary";
import type { Feature, Layers } from "./types";

/** Land of streets, whose code would only stand over their names. */
const ROADS = /^(1207|S1)/;
/** Layers whose features bear their names on the map. */
const NAMED = new Set(["streets", "control_lines", "areas", "structure"]);
/** Layers whose features are named once, where they have room. */
export const LABELLED = new Set(["parcels", "areas", "structure"]);
/** A control line of a kind that is not known. */
const OTHER_LINE = "#46525d";
/** Facilities within this many metres of each other stand in a row. */
const SPOT_M = 25;
/** A storey where only floor area and coverage are known, m. */
const STOREY_M = 3;

/** A figure of a label; the least that has to be built is told apart from the most that may be. */
const bounded = (value: unknown, kind: unknown, unit = ""): string | null =>
  value === null || value === undefined ? null : `${kind === "lower" ? "≥" : ""}${String(value)}${unit}`;

/** A floor area ratio as the reader's language writes it. */
const far = (value: unknown): unknown => (typeof value === "number" && inPercent("far") ? valueName("parcels", "far", value) : value);

export function drawn(layer: string, feature: Feature): GeoJSON.Feature | null {
  if (!feature.geometry) return null;
  const properties: Record<string, unknown> = { id_: feature.id };
  const own = feature.properties;
  if (layer === "parcels") {
    const fill = colourOf(own["land_use"] as string | null);
    properties["fill"] = fill;
    properties["ink"] = inkOn(fill);
    const figures = [bounded(far(own["far"]), own["far_kind"]), bounded(own["height_m"], own["height_kind"], "m")];
    const short = ROADS.test(String(own["land_use"])) ? "" : String(own["land_use"] ?? "?");
    const label = short && [short, figures.filter((one) => one !== null).join(" · ")].filter(Boolean).join("\n");
    Object.assign(properties, { label, short, metres: metres(own) ?? 0, ...fitting(feature.geometry, label) });
  }
  if (layer === "facilities") properties["sign"] = signOf(String(own["service"] ?? ""));
  if (layer === "streets") properties["class"] = own["class"] ?? null;
  if (NAMED.has(layer)) properties["name"] = nameOf(own);
  if (layer === "control_lines") properties["colour"] = store.vocabulary.control_lines[String(own["kind"])] ?? OTHER_LINE;
  return { type: "Feature", id: feature.id, properties, geometry: geometryToMap(feature.geometry) };
}

export function collection(layer: string, of: Iterable<Feature> = store.features.get(layer)?.values() ?? []): GeoJSON.FeatureCollection {
  const features = [...of]
    .map((feature) => drawn(layer, feature))
    .filter((one): one is GeoJSON.Feature => one !== null);
  if (layer === "facilities") return { type: "FeatureCollection", features: stepAside(asSpots(features)) };
  return { type: "FeatureCollection", features: LABELLED.has(layer) ? withSpots(features) : features };
}

/** Outlines of some features, as far as they are there. */
export function framed(keys: { layer: string; id: string }[], find: (layer: string, id: string) => Feature | undefined): GeoJSON.FeatureCollection {
  const features = keys.flatMap(({ layer, id }): GeoJSON.Feature[] => {
    const geometry = find(layer, id)?.geometry;
    return geometry ? [{ type: "Feature", id: `${layer} ${id}`, properties: { id_: `${layer} ${id}` }, geometry: geometryToMap(geometry) }] : [];
  });
  return { type: "FeatureCollection", features };
}

/** Signs at one spot stand beside each other. */
function stepAside(features: GeoJSON.Feature[]): GeoJSON.Feature[] {
  const places = features.map((one) => onPlan(one.geometry as GeoJSON.Point));
  aside(places, SPOT_M).forEach((offset, at) => { features[at]!.properties!["aside"] = offset; });
  return features;
}

const known = (value: unknown): number | null => (typeof value === "number" && value > 0 ? value : null);

/** Metres that may be built on a parcel: its height, else so many storeys as its floor area takes on its coverage. */
function metres(own: Record<string, unknown>): number | null {
  const drawn = known(own["height_m"]) ?? known(own["height_m_max"]);
  if (drawn !== null) return drawn;
  const ratio = known(own["far"]) ?? known(own["far_max"]);
  const coverage = known(own["coverage_ratio"]) ?? known(own["coverage_ratio_max"]);
  return ratio === null || coverage === null ? null : STOREY_M * Math.max(1, Math.round(ratio / coverage));
}

/** What stands on the land, each with its metres, of this scenario or of another's layers where they differ from it. */
function* standing(others?: Layers): Generator<[layer: string, feature: Feature, metres: number]> {
  for (const layer of ["buildings", "parcels"]) {
    for (const feature of others?.layers[layer]?.features ?? store.features.get(layer)?.values() ?? []) {
      const high = layer === "buildings" ? known(feature.properties["height_m"]) : metres(feature.properties);
      if (high !== null && feature.geometry?.type.endsWith("Polygon")) yield [layer, feature, high];
    }
  }
}

export function heights(others?: Layers): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  for (const [layer, feature, high] of standing(others)) {
    const fill = layer === "parcels" ? colourOf(feature.properties["land_use"] as string | null) : "#d8d4c8";
    const id = `${layer} ${feature.id}`;
    features.push({ type: "Feature", id, properties: { id_: id, metres: high, fill }, geometry: geometryToMap(feature.geometry!) });
  }
  return { type: "FeatureCollection", features };
}

/** Signs on the roofs of what is built where they stand. */
export function onRoofs(signs: GeoJSON.FeatureCollection, built: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  const roofs = built.features.flatMap(({ geometry, properties }) => {
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : (geometry as GeoJSON.MultiPolygon).coordinates;
    return parts.map((rings) => {
      const [xs, ys] = [0, 1].map((axis) => rings[0]!.map((at) => at[axis]!)) as [number[], number[]];
      return { rings, metres: properties!["metres"] as number, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const };
    });
  });
  for (const { geometry, properties } of signs.features) {
    const [x, y] = (geometry as GeoJSON.Point).coordinates as [number, number];
    let most = 0;
    for (const { rings, metres: high, box: [west, south, east, north] } of roofs) {
      if (high > most && x >= west && x <= east && y >= south && y <= north && holds(rings, [x, y])) most = high;
    }
    properties!["metres"] = most;
  }
  return signs;
}

/** The highest of it. */
export function highest(): number {
  let most = 0;
  for (const [, , high] of standing()) most = Math.max(most, high);
  return most;
}
