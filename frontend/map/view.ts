// What a map shows, in the page's address: who is given it sees the same land.

import type { Map as MapLibre } from "maplibre-gl";
import { toMap, toPlan } from "./projection";

/** The middle of the map in the plan's metres, and its zoom. */
const VIEW = /^#map=(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/;

/** Goes where the address says once the map stands, and keeps the address in step with it from then on. */
export function viewInAddress(map: MapLibre): void {
  const go = (): void => {
    const [, x, y, zoom] = VIEW.exec(location.hash) ?? [];
    if (zoom) map.jumpTo({ center: toMap([Number(x), Number(y)]), zoom: Number(zoom) });
  };
  map.once("idle", () => {
    go();
    window.addEventListener("hashchange", go);
    map.on("moveend", () => {
      if (location.hash && !VIEW.test(location.hash)) return; // a place of the page, which the reader went to
      const [x, y] = toPlan(map.getCenter());
      history.replaceState(history.state, "", `#map=${x.toFixed(1)},${y.toFixed(1)},${map.getZoom().toFixed(2)}`);
    });
  });
}
