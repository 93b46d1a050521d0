// How a legend shows what a layer of the map draws: a line, an area or a dot in the layer's own colours.

import type { Map as MapLibre } from "maplibre-gl";
import { h } from "./dom";

const sample = (kind: string, look: Partial<CSSStyleDeclaration>): HTMLElement => {
  const one = h("i", { class: kind, "aria-hidden": "true" });
  // By the object model: a page's policy may forbid style attributes.
  Object.assign(one.style, look);
  return one;
};

export const fillSample = (backgroundColor: string, opacity = 1): HTMLElement => sample("swatch", { backgroundColor, opacity: `${opacity}` });

export const lineSample = (colour: string, wide: number, dashed = false): HTMLElement =>
  sample("stroke", { borderTop: `${Math.max(1, wide)}px ${dashed ? "dashed" : "solid"} ${colour}` });

export function sampleOf(map: MapLibre, id: string): HTMLElement {
  const paint = (name: Parameters<MapLibre["getPaintProperty"]>[1]): string => String(map.getPaintProperty(id, name));
  const { type } = map.getLayer(id)!;
  if (type === "circle") return sample("dot", { backgroundColor: paint("circle-color"), borderColor: paint("circle-stroke-color") });
  if (type === "fill") return fillSample(paint("fill-color"), Number(map.getPaintProperty(id, "fill-opacity") ?? 1));
  return lineSample(paint("line-color"), Number(paint("line-width")), Boolean(map.getPaintProperty(id, "line-dasharray")));
}
