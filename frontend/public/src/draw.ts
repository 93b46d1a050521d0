// A place marked on the map: a point, a line or an area, by taps or by keys, and handed to the form of an opinion.

import { fill, h } from "../../map/dom";
import type { Place } from "../../map/projection";
import { filled, type Given } from "./data";
import type { PublicMap } from "./plan";

export type Shape = "point" | "line" | "area";
const LEAST: Record<Shape, number> = { point: 1, line: 2, area: 3 };

export class Drawing {
  private shape: Shape | null = null;
  private corners: Place[] = [];
  private kinds = h("div", {});
  /** It stays where it is, so that a screen reader says what comes into it. */
  private told = h("p", { class: "note", role: "status" });
  private further = h("div", {});

  constructor(
    private plan: PublicMap,
    private given: Given,
    private box: HTMLElement,
    private changed: () => void,
  ) {
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", given.words["mark"]!);
    if (given.write) box.append(this.kinds, this.told, this.further);
    this.draw();
  }

  get active(): boolean {
    return this.shape !== null;
  }

  add(at: Place): void {
    if (this.shape === "point") this.corners = [];
    this.corners.push([Math.round(at[0] * 10) / 10, Math.round(at[1] * 10) / 10]);
    this.draw();
  }

  undo(): void {
    this.corners.pop();
    this.draw();
  }

  take(shape: Shape | null): void {
    this.shape = shape;
    this.corners = [];
    this.draw();
    if (shape) this.plan.map.getCanvas().focus();
    this.changed();
  }

  private get geometry(): GeoJSON.Geometry | null {
    const found = this.corners;
    if (!this.shape || found.length < LEAST[this.shape]) return found.length > 1 ? { type: "LineString", coordinates: found } : null;
    if (this.shape === "point") return { type: "Point", coordinates: found[0]! };
    if (this.shape === "line") return { type: "LineString", coordinates: found };
    return { type: "Polygon", coordinates: [[...found, found[0]!]] };
  }

  private get whole(): boolean {
    return this.shape !== null && this.corners.length >= LEAST[this.shape] && !(this.shape === "area" && crosses(this.corners));
  }

  private draw(): void {
    const { words, write } = this.given;
    this.plan.sketch(this.geometry, this.corners);
    if (!write) return;
    const button = (shape: Shape): HTMLElement =>
      h("button", { type: "button", class: "quiet", "aria-pressed": String(this.shape === shape), onclick: () => this.take(this.shape === shape ? null : shape) }, words[shape]!);
    const pressed = this.box.contains(document.activeElement) ? document.activeElement!.textContent : null;
    fill(
      this.kinds,
      h("p", { class: "ask" }, words["mark"]!),
      h("div", { class: "row" }, button("area"), button("line"), button("point")),
    );
    this.told.textContent = this.shape ? this.said() : "";
    fill(
      this.further,
      this.shape && h("div", { class: "row" },
        this.corners.length > 0 && h("button", { type: "button", class: "quiet", onclick: () => this.undo() }, words["undo"]!),
        h("button", { type: "button", class: "quiet", onclick: () => this.take(null) }, words["cancel"]!),
      ),
      this.whole && this.form(write),
    ); // prettier-ignore
    // Who pressed a button that was drawn anew, or is gone, is still where it stood.
    const buttons = [...this.box.querySelectorAll("button")];
    if (pressed !== null) (buttons.find((one) => one.textContent === pressed) ?? buttons[0])?.focus();
  }

  private said(): string {
    const { words } = this.given;
    const shape = this.shape!;
    if (shape === "area" && crosses(this.corners)) return words["crossing"]!;
    if (this.corners.length < LEAST[shape]) return words[`draw_${shape}`]!;
    const format = new Intl.NumberFormat(this.given.lang, { maximumFractionDigits: shape === "area" ? 2 : 0 });
    const size = shape === "area" ? area(this.corners) / 10_000 : length(this.corners);
    return filled(words, `drawn_${shape}`, { n: format.format(size) });
  }

  /** The form of an opinion takes it as it takes a drawing of any other program. */
  private form(write: string): HTMLElement {
    const field = (name: string, value: string): HTMLElement => h("input", { type: "hidden", name, value });
    return h(
      "form",
      { method: "post", action: write },
      field("drawn", JSON.stringify(this.geometry)),
      field("drawn_ok", "yes"),
      field("datum", "plan"),
      h("button", { name: "do", value: "find" }, this.given.words["write_drawn"]!),
    );
  }
}

function length(line: Place[]): number {
  return line.slice(1).reduce((sum, at, before) => sum + Math.hypot(at[0] - line[before]![0], at[1] - line[before]![1]), 0);
}

function area(ring: Place[]): number {
  return Math.abs(ring.reduce((sum, at, n) => {
    const next = ring[(n + 1) % ring.length]!;
    return sum + at[0] * next[1] - next[0] * at[1];
  }, 0)) / 2; // prettier-ignore
}

/** Whether two sides of a ring that do not follow one another meet. */
function crosses(ring: Place[]): boolean {
  const n = ring.length;
  const turn = (a: Place, b: Place, c: Place): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  for (let one = 0; one < n; one += 1) {
    for (let other = one + 2; other < n; other += 1) {
      if (one === 0 && other === n - 1) continue;
      const [a, b, c, d] = [ring[one]!, ring[(one + 1) % n]!, ring[other]!, ring[(other + 1) % n]!];
      if (turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b)) return true;
    }
  }
  return false;
}
