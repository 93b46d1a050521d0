// What was drawn of the land before, coarsely: it lies under the map's picture, and is seen where that has slid away.

import type { LngLatBounds, Map as MapLibre } from "maplibre-gl";

/** Longer side of it, px. */
const SIZE = 2048;
/** It holds so much more land than was in view at first, on each side. */
const AROUND = 0.5;

export class Backdrop {
  private readonly box = document.createElement("div");
  private canvas: HTMLCanvasElement | null = null;
  private bounds: LngLatBounds | null = null;

  constructor(private readonly map: MapLibre) {
    this.box.className = "backdrop";
    this.box.hidden = true;
  }

  /** Takes over the picture that was drawn just now. */
  keep(): void {
    const { map } = this;
    if (map.getPitch() !== 0 || map.getBearing() !== 0 || !map.loaded()) return;
    const canvas = (this.canvas ??= this.made());
    const [left, top, right, bottom] = this.place();
    const [across, down] = [canvas.width / (right - left), canvas.height / (bottom - top)];
    const { clientWidth: wide, clientHeight: high } = map.getContainer();
    canvas.getContext("2d")!.drawImage(map.getCanvas(), -left * across, -top * down, wide * across, high * down);
  }

  show(): void {
    const { box, canvas } = this;
    if (!canvas) return;
    const [left, top, right, bottom] = this.place();
    box.style.transform = `translate(${left}px, ${top}px) scale(${(right - left) / canvas.width}, ${(bottom - top) / canvas.height})`;
    box.hidden = false;
  }

  hide(): void {
    this.box.hidden = true;
  }

  clear(): void {
    this.canvas?.getContext("2d")!.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private made(): HTMLCanvasElement {
    const { map } = this;
    const { clientWidth: wide, clientHeight: high } = map.getContainer();
    this.bounds ??= map.getBounds();
    const canvas = document.createElement("canvas");
    const share = SIZE / Math.max(wide, high);
    [canvas.width, canvas.height] = [Math.round(wide * share), Math.round(high * share)];
    // Behind a shadow: who looks for the canvas of the map finds one.
    this.box.attachShadow({ mode: "closed" }).append(canvas);
    map.getCanvasContainer().prepend(this.box);
    return canvas;
  }

  /** Where on the map its land lies now, px: left, top, right, bottom. */
  private place(): [number, number, number, number] {
    const [a, b] = [this.map.project(this.bounds!.getNorthWest()), this.map.project(this.bounds!.getSouthEast())];
    const [dx, dy] = [(b.x - a.x) * AROUND, (b.y - a.y) * AROUND];
    return [a.x - dx, a.y - dy, b.x + dx, b.y + dy];
  }
}
