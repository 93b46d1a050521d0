// The whole plan, small, in a corner of the map: where one is, and a click to be elsewhere.

import { h } from "../../map/dom";
import { toPlan } from "../../map/projection";
import { store } from "./store";
import { INK, bounds, draw } from "./thumbnail";
import { say } from "./words";
import type { PlanMap } from "./map";

/** The picture is at most so wide and so high, px. */
const [WIDE, HIGH] = [92, 190];
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

  /** Draws itself anew once nothing was edited for a moment: verdicts come first. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE_MS);
  }

  /** The parcels in their colours, all of them, whatever the map shows; of a plan without parcels its streets. */
  private draw(): void {
    this.scale = draw(this.canvas, [WIDE, HIGH], (layer) => store.features.get(layer)?.values() ?? []);
    this.follow();
  }

  /** The frame of what the map shows. */
  private follow(): void {
    const [west, , , north] = bounds();
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
    const [west, , , north] = bounds();
    this.plan.goTo([west + (event.clientX - left) / this.scale, north - (event.clientY - top) / this.scale]);
  }
}
