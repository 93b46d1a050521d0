// A scale bar: how long a round number of metres is on the screen now.

import type { Map as MapLibre } from "maplibre-gl";

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** Metres around the world, which a map at zoom 0 draws on 512 pixels. */
const AROUND_M = 40075016.686;

/** The zoom at which a metre takes so many pixels. */
export const zoomOf = (perMetre: number): number => Math.log2((perMetre * AROUND_M) / 512);

export function scaleOf(map: MapLibre, least = 60): { metres: number; pixels: number; said: string } {
  const perPixel = AROUND_M / (512 * 2 ** map.getZoom());
  const metres = STEPS.find((one) => one / perPixel >= least) ?? 5000;
  return { metres, pixels: metres / perPixel, said: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}
