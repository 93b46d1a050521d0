// How a plan looks on any of our maps: the paper, the land, streets, limits, names and signs.

import type { LayerSpecification } from "maplibre-gl";
import { SIGN_IMAGE } from "./marks";
import { fitsFrom, NAME_SIZE, roomOf, sizeOf } from "./room";

/** Letters are drawn by the reader's own device: no glyphs from anywhere. */
export const FONT = ["sans-serif"];

export const line = (
  id: string, source: string, paint: Record<string, unknown>, more: Record<string, unknown> = {},
): LayerSpecification => ({
  id, source, type: "line", paint, layout: { "line-join": "round", "line-cap": "round" }, ...more,
}) as LayerSpecification; // prettier-ignore

const POLYGONS = ["==", ["geometry-type"], "Polygon"];
/** Where names stand, `withSpots`. */
export const POINTS = ["==", ["geometry-type"], "Point"];

export const PAPER = { id: "paper", type: "background", paint: { "background-color": "#f4f3ee" } } as LayerSpecification;

/** A base map under the land, and once more over it, thinly: what stands there shows through its colours. */
export const GROUND = "base-map";
export const OVER = "base-map-over";
export function groundLayers(): [under: LayerSpecification, over: LayerSpecification] {
  const layer = (id: string, opacity: number): LayerSpecification =>
    ({ id, source: GROUND, type: "raster", paint: { "raster-opacity": opacity, "raster-fade-duration": 0 } }) as LayerSpecification;
  return [layer(GROUND, 1), layer(OVER, 0.4)];
}

export function withGround([paper, ...land]: LayerSpecification[]): LayerSpecification[] {
  const [under, over] = groundLayers();
  return [paper!, under, ...land, over];
}

/** Of so many parcels each is small: their edges are drawn once, as lines, and from the zoom at which those are seen. */
export const MANY = 5000;

/** Water, woods and greens under the parcels, and the parcels with the fill that their features bear. */
export function ground(many: boolean, parcels: Record<string, unknown> = {}): LayerSpecification[] {
  return [
    PAPER,
    { id: "water-fill", source: "water", type: "fill", filter: POLYGONS, paint: { "fill-color": "#a9d1ee" } },
    { id: "woodland-fill", source: "woodland", type: "fill", filter: POLYGONS, paint: { "fill-color": "#94be8b", "fill-opacity": 0.7 } },
    { id: "greens-fill", source: "greens", type: "fill", filter: POLYGONS, paint: { "fill-color": "#94be8b", "fill-opacity": 0.7 } },
    { id: "parcels-fill", source: "parcels", type: "fill", filter: POLYGONS, paint: { "fill-color": ["get", "fill"], "fill-antialias": !many, ...parcels } },
  ] as LayerSpecification[];
}

export function parcelLines(many: boolean): LayerSpecification {
  // Corners of lines this thin are the same to the eye whether they are round, which takes many more triangles.
  const more = { layout: { "line-join": "miter" }, minzoom: many ? 12.5 : 0 };
  return line("parcels-line", "parcels", { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.3, 16, 1.4] }, more);
}

/** Colour and width, px, of streets by class; any other class is drawn as the last. */
const STREETS: [kind: string, colour: string, wide: number][] = [
  ["expressway", "#f0c07a", 3], ["arterial", "#f0cd8c", 2.2], ["secondary", "#d5cab0", 1.6], ["local", "#c6bfae", 1.1], ["", "#c6bfae", 0.7],
]; // prettier-ignore
export function streetLine(kind: string): [colour: string, wide: number] {
  const [, colour, wide] = STREETS.find(([one]) => one === kind) ?? STREETS.at(-1)!;
  return [colour, wide];
}

export function network(): LayerSpecification[] {
  const byClass = (at: 1 | 2): unknown => ["match", ["get", "class"], ...STREETS.slice(0, -1).flatMap((one) => [one[0], one[at]]), STREETS.at(-1)![at]];
  return [
    line("streets-line", "streets", { "line-color": byClass(1), "line-width": byClass(2) }),
    line("rail-line", "rail", { "line-color": "#626d77", "line-width": 1.2, "line-dasharray": [6, 3] }),
  ];
}

export const boundary = (): LayerSpecification =>
  line("boundary-line", "boundary", { "line-color": "#14202b", "line-width": 2, "line-dasharray": [5, 2, 1, 2] });

/** Stops and facilities. Above the names, so that a name makes room for a sign. */
export function signs(): LayerSpecification[] {
  return [
    { id: "stops-dot", source: "stops", type: "circle", minzoom: 12, paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 1.5, 16, 4.5], "circle-color": "#ffffff", "circle-stroke-color": "#0a58a6", "circle-stroke-width": 1.6 } },
    { id: "facilities-sign", source: "facilities", type: "symbol", minzoom: 12.5, layout: { "icon-image": ["concat", SIGN_IMAGE, ["get", "sign"]], "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.3, 14, 0.6, 16, 1], "icon-offset": ["case", ["has", "aside"], ["array", "number", 2, ["get", "aside"]], ["literal", [0, 0]]], "icon-allow-overlap": true, "icon-padding": 1 } },
  ] as LayerSpecification[];
}

/** Where the name of a parcel may stand to make room for a sign. */
export const ASIDE = ["center", "top", "bottom"] as const;

/**
 * Names of land and streets. A parcel bears `full_from` and `short_from`, the zooms from which its label and the first
 * line of it fit; one without them is named at every zoom.
 */
export function names(short: unknown = ["get", "short"]): LayerSpecification[] {
  const { from, to } = NAME_SIZE;
  const full = ["coalesce", ["get", "full_from"], 0];
  const land = (id: string, text: unknown, filter: unknown): unknown => ({
    id, source: "parcels", type: "symbol", minzoom: from.zoom, filter: ["all", POINTS, filter],
    layout: { "text-field": text, "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], from.zoom, from.px, to.zoom, to.px], "text-line-height": 1.15, "text-padding": 1, "text-variable-anchor": ASIDE, "text-radial-offset": 0.9 },
    paint: { "text-color": ["get", "ink"] },
  }); // prettier-ignore
  return [
    land("parcels-text", ["get", "label"], [">=", ["zoom"], full]),
    land("parcels-code", short, ["all", [">=", ["zoom"], ["coalesce", ["get", "short_from"], 99]], ["<", ["zoom"], full]]),
    { id: "streets-text", source: "streets", type: "symbol", minzoom: 14, layout: { "symbol-placement": "line", "text-pitch-alignment": "viewport", "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": 11 }, paint: { "text-color": "#46525d", "text-halo-color": "#ffffff", "text-halo-width": 1.4 } },
  ] as LayerSpecification[];
}

/** From which zooms the label of a parcel and its first line fit. */
export function fitting(geometry: GeoJSON.Geometry | null, label: string, most?: number): { full_from: number; short_from: number } {
  const room = roomOf(geometry);
  return { full_from: fitsFrom(room, sizeOf(label, most)), short_from: fitsFrom(room, sizeOf(label.split("\n")[0]!, most)) };
}
