// A plan, small: its parcels in their colours or pale, of a plan without parcels its streets, and features in ink on it.

import { colourOf } from "./colours";
import { store } from "./store";
import type { Feature, Place } from "./types";

export const INK = "#14202b";
const STREET = "#8b939b";
const PALE = "#dcdad2";
/** The radius of a point, and how wide ink is drawn, px. */
const [DOT, LINE] = [1.5, 1.3];
/** Pixels of the canvas for one of the page. */
const RATIO = 2;

export const bounds = (): [number, number, number, number] => store.layers.bounds ?? [0, 0, 1000, 1000];

/** The lines of an outline or a line; a point is a line of one place. */
function linesOf(geometry: GeoJSON.Geometry | null): Place[][] {
  switch (geometry?.type) {
    case "MultiPolygon": return geometry.coordinates.flat() as Place[][];
    case "Polygon":
    case "MultiLineString": return geometry.coordinates as Place[][];
    case "LineString": return [geometry.coordinates as Place[]];
    case "Point": return [[geometry.coordinates as Place]];
    default: return [];
  } // prettier-ignore
}

/** The middle of the box around a feature; null of one without a shape. */
export function middle(feature: Feature | undefined): Place | null {
  const places = linesOf(feature?.geometry ?? null).flat();
  if (!places.length) return null;
  const half = (at: 0 | 1): number => places.reduce(([least, most], one) => [Math.min(least!, one[at]), Math.max(most!, one[at])], [Infinity, -Infinity]).reduce((sum, one) => sum + one / 2, 0);
  return [half(0), half(1)];
}

/** Draws on a canvas at most so wide and so high, px; gives back how large a metre is on it. */
export function draw(canvas: HTMLCanvasElement, [wide, high]: [number, number], of: (layer: string) => Iterable<Feature>, inked: Iterable<Feature> = [], pale = false): number {
  const [west, south, east, north] = bounds();
  const scale = Math.min(wide / (east - west), high / (north - south));
  const [across, up] = [(east - west) * scale, (north - south) * scale];
  Object.assign(canvas, { width: Math.ceil(across * RATIO), height: Math.ceil(up * RATIO) });
  Object.assign(canvas.style, { width: `${across}px`, height: `${up}px` });
  const pen = canvas.getContext("2d")!;
  pen.scale(RATIO, RATIO);
  const trace = ({ geometry }: Feature): void => {
    pen.beginPath();
    for (const line of linesOf(geometry)) {
      line.forEach(([x, y], at) => (at ? pen.lineTo : pen.moveTo).call(pen, (x - west) * scale, (north - y) * scale));
      if (line.length === 1) pen.arc((line[0]![0] - west) * scale, (north - line[0]![1]) * scale, DOT, 0, 2 * Math.PI);
    }
  };
  const parcels = [...of("parcels")];
  for (const one of parcels) {
    trace(one);
    pen.fillStyle = pale ? PALE : colourOf(one.properties["land_use"] as string | null);
    pen.fill("evenodd");
  }
  [pen.strokeStyle, pen.lineWidth] = [STREET, 0.6];
  for (const one of parcels.length ? [] : of("streets")) {
    trace(one);
    pen.stroke();
  }
  [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [INK, INK, LINE];
  for (const one of inked) {
    trace(one);
    if (one.geometry?.type === "Point") pen.fill();
    else pen.stroke();
  }
  return scale;
}
