// For programs and tests: the page says when the map stands still, in `data-map` of its root.

import type { Map as MapLibre } from "maplibre-gl";

export function tellWhenIdle(map: MapLibre, busy: () => boolean): void {
  const root = document.documentElement;
  map.on("idle", () => {
    if (!busy()) root.dataset["map"] = "idle";
  });
  for (const event of ["dataloading", "movestart"] as const) {
    map.on(event, () => {
      root.dataset["map"] = "busy";
    });
  }
}

/** Something else is to be drawn from here on: until it is, the map does not stand still. */
export function stir(map: MapLibre): void {
  document.documentElement.dataset["map"] = "busy";
  map.triggerRepaint();
}
