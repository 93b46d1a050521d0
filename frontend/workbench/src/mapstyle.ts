// How the map looks: its sources, and the layers over one another.

import type { LayerSpecification, Map as MapLibre, RasterSourceSpecification, StyleSpecification } from "maplibre-gl";

import { middle } from "../../map/projection";
import { ASIDE, boundary, FONT, ground, GROUND, line, MANY, names, network, parcelLines, POINTS, signs, withGround } from "../../map/style";
import { GROUPS, type Group } from "./groups";
import { store } from "./store";

export const DRAWN = ["extent", "boundary", "areas", "blocks", "subblocks", "parcels", "water", "woodland", "greens", "streets", "rail", "stops", "facilities", "buildings", "control_lines", "setbacks", "accesses", "green_entrances", "structure"];
const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
/** Parcels edited since all were drawn: a source of its own, so that an edit does not cut the whole plan into tiles anew. */
export const EDITED = "edited";
/** A parcel as it was before it was edited is not seen. */
const SEEN = ["case", ["boolean", ["feature-state", "past"], false], 0, 1];
const OPACITY: Record<string, string> = { fill: "fill-opacity", line: "line-opacity", symbol: "text-opacity" };
/** The layer of edited parcels that stands over one of all parcels. */
export const edited = (id: string): string => id.replace("parcels-", "edited-");

const of = (...kinds: string[]): unknown => ["in", ["geometry-type"], ["literal", kinds.flatMap((kind) => [kind, `Multi${kind}`])]];
const INK = "#14202b";
/** A name along a line, or in the middle of land. */
const name = (id: string, source: string, colour: unknown, more: Record<string, unknown> = {}): object => ({
  id, source, type: "symbol", minzoom: 13,
  layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": 11.5, "text-pitch-alignment": "viewport", ...more },
  paint: { "text-color": colour, "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
}); // prettier-ignore

/** What is built, and how the land is entered and how far from its edge it may be built on. */
function works(): unknown[] {
  return [
    { id: "buildings-fill", source: "buildings", type: "fill", minzoom: 13.5, paint: { "fill-color": INK, "fill-opacity": 0.22 } },
    line("buildings-line", "buildings", { "line-color": INK, "line-width": 0.7, "line-opacity": 0.7 }, { minzoom: 14.5 }),
    line("setbacks-line", "setbacks", { "line-color": "#6a4a1f", "line-width": 1, "line-dasharray": [4, 2] }, { minzoom: 14 }),
    line("accesses-line", "accesses", { "line-color": INK, "line-width": 4 }, { minzoom: 14, filter: of("LineString") }),
    { id: "accesses-dot", source: "accesses", type: "circle", minzoom: 14, filter: of("Point"), paint: { "circle-radius": 4, "circle-color": INK, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.2 } },
    { id: "entrances-dot", source: "green_entrances", type: "circle", minzoom: 13.5, paint: { "circle-radius": 3.5, "circle-color": "#ffffff", "circle-stroke-color": "#17663a", "circle-stroke-width": 2 } },
  ];
}

/** Red, green, blue and other lines that bind whatever the land use is. */
function controls(): unknown[] {
  const colour = ["get", "colour"];
  return [
    { id: "controls-fill", source: "control_lines", type: "fill", filter: of("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.08 } },
    line("controls-line", "control_lines", { "line-color": colour, "line-width": 1.8, "line-dasharray": [5, 1.5] }),
    name("controls-text", "control_lines", colour, { "symbol-placement": "line" }),
  ];
}

/** Axes, belts and cores, and the areas of the plan. */
function structure(): unknown[] {
  return [
    line("areas-line", "areas", { "line-color": "#8c1d18", "line-width": 2, "line-dasharray": [8, 3] }),
    { id: "structure-fill", source: "structure", type: "fill", filter: of("Polygon"), paint: { "fill-color": "#8c1d18", "fill-opacity": 0.16 } },
    line("structure-line", "structure", { "line-color": "#8c1d18", "line-width": 5, "line-opacity": 0.55 }, { filter: of("LineString") }),
    { id: "structure-dot", source: "structure", type: "circle", filter: ["all", of("Point"), ["!", ["has", "spot"]]], paint: { "circle-radius": 9, "circle-color": "rgba(140,29,24,0.2)", "circle-stroke-color": "#8c1d18", "circle-stroke-width": 2.5 } },
    { ...name("areas-text", "areas", "#8c1d18", { "text-size": 14 }), filter: POINTS },
    { ...name("structure-text", "structure", "#8c1d18", { "text-offset": [0, 1.4] }), filter: POINTS },
  ];
}

/** Names of land in a rim of its own colour, so that they are read across what is hatched. */
const rimmed = (layer: LayerSpecification): object =>
  layer.id.startsWith("parcels-") ? { ...layer, paint: { ...layer.paint, "text-halo-color": ["coalesce", ["get", "fill"], "#ffffff"], "text-halo-width": 1.6 } } : layer;

const NAMES = ["parcels-text", "edited-text", "parcels-code", "edited-code"];
/** A map that is tilted, or not: names and signs on the roofs of what stands there, which hides what is in the streets. */
export function stand(map: MapLibre, tilted: boolean): void {
  map.setLayoutProperty("heights-3d", "visibility", tilted ? "visible" : "none");
  for (const id of [...NAMES, "facilities-sign"]) map.setLayoutProperty(id, "symbol-height-offset", tilted ? ["coalesce", ["get", "metres"], 0] : 0);
  // Beside the middle of a roof is the wall, or the next roof.
  for (const id of NAMES) map.setLayoutProperty(id, "text-variable-anchor", tilted ? ["center"] : [...ASIDE]);
  for (const id of ["streets-text", "stops-dot"]) map.moveLayer(id, tilted ? "heights-3d" : "facilities-sign");
}

/** Layers of parcels each twice: as they were drawn, and over them those that were edited since. */
function twice(layer: { id: string; type: string; source?: string; paint?: object }): unknown[] {
  if (layer.source !== "parcels") return [layer];
  return [{ ...layer, paint: { ...layer.paint, [OPACITY[layer.type]!]: SEEN } }, { ...layer, id: edited(layer.id), source: EDITED }];
}

/** Where the pictures of the base map lie for this plan: the service draws them into its metres. */
export function baseMapTiles(): string[] {
  const [east, north] = middle();
  const asked = new URLSearchParams({ at: store.state.scenario, plan: store.state.plan, crs: store.state.crs, east: String(east), north: String(north) });
  return [`${new URL("workspace/base-map/", document.baseURI).href}{z}/{x}/{y}.png?${asked}`];
}

export const baseMap = (): RasterSourceSpecification => ({ type: "raster", tiles: baseMapTiles(), tileSize: 256 });

export function style(hidden: ReadonlySet<Group>): StyleSpecification {
  const sources: Record<string, unknown> = {};
  const many = (store.features.get("parcels")?.size ?? 0) > MANY;
  for (const name of [...DRAWN, EDITED, "beyond", "differing", "proposed", "heights", "selected", "vertices", "sketch", "place"]) {
    sources[name] = { type: "geojson", data: EMPTY, promoteId: "id_", tolerance: 0.1 };
  }
  if (store.state.base_map !== null) sources[GROUND] = baseMap();
  const layers: unknown[] = [
    ...(GROUND in sources ? withGround(ground(many)) : ground(many)),
    { id: "beyond-fill", source: "beyond", type: "fill", paint: { "fill-pattern": "hatch" } },
    parcelLines(many),
    ...network(),
    ...works(),
    line("subblocks-line", "subblocks", { "line-color": "#46525d", "line-width": 0.6, "line-opacity": 0.6 }),
    line("blocks-line", "blocks", { "line-color": "#46525d", "line-width": 1.4, "line-dasharray": [6, 2, 1, 2] }),
    ...controls(),
    boundary(),
    ...structure(),
    { id: "heights-3d", source: "heights", type: "fill-extrusion", layout: { visibility: "none" }, paint: { "fill-extrusion-color": ["get", "fill"], "fill-extrusion-height": ["get", "metres"], "fill-extrusion-opacity": 0.88 } },
    { id: "proposed-fill", source: "proposed", type: "fill", paint: { "fill-color": "#0a58a6", "fill-opacity": 0.25 } },
    line("proposed-line", "proposed", { "line-color": "#0a58a6", "line-width": 2.4 }),
    { id: "proposed-dot", source: "proposed", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 12, "circle-color": "rgba(10,88,166,0.25)", "circle-stroke-color": "#0a58a6", "circle-stroke-width": 2.4 } },
    line("differing-casing", "differing", { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0, 15, 3.6] }),
    line("differing-line", "differing", { "line-color": INK, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.7, 15, 1.8] }),
    line("beyond-line", "beyond", { "line-color": "#4b1d8f", "line-width": 1.6, "line-dasharray": [3, 2] }),
    // Names and signs are read across the frame of what is selected.
    line("selected-casing", "selected", { "line-color": "#ffffff", "line-width": 5 }),
    line("selected-line", "selected", { "line-color": "#14202b", "line-width": 2.6 }),
    ...names().map(rimmed),
    ...signs(),
    { id: "selected-dot", source: "selected", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 11, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": "#14202b", "circle-stroke-width": 3 } },
    ...[["#ffffff", 7], ["#b01e1a", 3]].map(([colour, wide]) => ({ id: `place-ring-${wide}`, source: "place", type: "circle", paint: { "circle-radius": 22, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colour, "circle-stroke-width": wide } })),
    line("sketch-line", "sketch", { "line-color": "#b01e1a", "line-width": 2.2, "line-dasharray": [2, 1.5] }),
    { id: "sketch-dot", source: "sketch", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#b01e1a", "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 } },
    { id: "vertices-dot", source: "vertices", type: "circle", paint: { "circle-radius": 5.5, "circle-color": "#ffffff", "circle-stroke-color": "#14202b", "circle-stroke-width": 2 } },
  ];
  const off = new Set<string>([...hidden].flatMap((group) => GROUPS[group].layers));
  for (const layer of layers as { id: string; layout?: object }[]) if (off.has(layer.id)) layer.layout = { ...layer.layout, visibility: "none" };
  return { version: 8, sources, layers: (layers as Parameters<typeof twice>[0][]).flatMap(twice) } as unknown as StyleSpecification;
}
