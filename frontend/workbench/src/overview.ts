// The whole plan, small, in a corner of the map: where one is, and a click to be elsewhere.

import { h } from "../../map/dom";
import { toPlan } from "../../map/projection";
import { colourOf } from "./colours";
import { store } from "./store";
import { say } from "./words";
import type { PlanMap } from "./map";
import type { Place } from "./types";

/** The picture is at most so wide and so high, px. */
const [WIDE, HIGH] = [92, 190];
const INK = "#14202b";
const STREET = "#8b939b";
/** So long after the last edit it is drawn anew, ms. */
const PAUSE_MS = 400;

/** Draws itself where the map begins, and shows the view as it moves; nothing where the whole plan is seen anyway. */
export class Overview {
  readonly box = h("button", { class: "overview", tabindex: -1, title: say("overview"), "aria-hidden": "true", onclick: (event: MouseEvent) => this.go(event) });
  private readonly canvas = h("canvas", {});
  private readonly frame = h("i", {});
  private scale = 1;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly plan: PlanMap) {
    this.box.append(this.canvas, this.frame);
    plan.map.on("move", () => this.follow());
    this.draw();
  }

  private get bounds(): [number, number, number, number] {
    return store.layers.bounds ?? [0, 0, 1000, 1000];
  }

  /** Draws itself anew once nothing was edited for a moment: verdicts come first. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE_MS);
  }

  /** The parcels in their colours, all of them, whatever the map shows; of a plan without parcels its streets. */
  private draw(): void {
    const [west, south, east, north] = this.bounds;
    this.scale = Math.min(WIDE / (east - west), HIGH / (north - south));
    const ratio = 2;
    const [wide, high] = [(east - west) * this.scale, (north - south) * this.scale];
    Object.assign(this.canvas, { width: Math.ceil(wide * ratio), height: Math.ceil(high * ratio) });
    this.canvas.style.width = `${wide}px`;
    this.canvas.style.height = `${high}px`;
    const pen = this.canvas.getContext("2d")!;
    pen.scale(ratio, ratio);
    const line = (places: Place[]): void => places.forEach(([x, y], at) => (at ? pen.lineTo : pen.moveTo).call(pen, (x - west) * this.scale, (north - y) * this.scale));
    const parcels = store.features.get("parcels");
    pen.strokeStyle = STREET;
    pen.lineWidth = 0.6;
    for (const { geometry } of parcels?.size ? [] : (store.features.get("streets")?.values() ?? [])) {
      if (!geometry || !("coordinates" in geometry)) continue;
      pen.beginPath();
      for (const one of geometry.type === "MultiLineString" ? geometry.coordinates : geometry.type === "LineString" ? [geometry.coordinates] : []) line(one as Place[]);
      pen.stroke();
    }
    for (const { geometry, properties } of parcels?.values() ?? []) {
      if (!geometry || !("coordinates" in geometry)) continue;
      const rings = geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.type === "Polygon" ? geometry.coordinates : [];
      pen.beginPath();
      for (const ring of rings) line(ring as Place[]);
      pen.fillStyle = colourOf(properties["land_use"] as string | null);
      pen.fill("evenodd");
    }
    this.follow();
  }

  /** The frame of what the map shows. */
  private follow(): void {
    const [west, , , north] = this.bounds;
    const { clientWidth: wide, clientHeight: high } = this.plan.map.getContainer();
    const corners = [[0, 0], [wide, 0], [wide, high], [0, high]].map((at) => toPlan(this.plan.map.unproject(at as [number, number])));
    const xs = corners.map(([x]) => (x - west) * this.scale);
    const ys = corners.map(([, y]) => (north - y) * this.scale);
    const [left, top] = [Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys))];
    const [right, bottom] = [Math.min(parseFloat(this.canvas.style.width), Math.max(...xs)), Math.min(parseFloat(this.canvas.style.height), Math.max(...ys))];
    const all = right - left > 0.97 * parseFloat(this.canvas.style.width) && bottom - top > 0.97 * parseFloat(this.canvas.style.height);
    this.box.hidden = all;
    this.frame.style.cssText = `left:${left}px;top:${top}px;width:${Math.max(4, right - left)}px;height:${Math.max(4, bottom - top)}px;border-color:${INK}`;
  }

  private go(event: MouseEvent): void {
    const { left, top } = this.canvas.getBoundingClientRect();
    const [west, , , north] = this.bounds;
    this.plan.goTo([west + (event.clientX - left) / this.scale, north - (event.clientY - top) / this.scale]);
  }
}
