// The tools at the map: what a click, a drag and a key mean while one of them is taken up.

import type { MapMouseEvent } from "maplibre-gl";
import { verticesOf } from "./inspector";
import type { PlanMap } from "./map";
import { store } from "./store";
import { say, type Word } from "./words";
import type { Place } from "./types";

export type Tool = "select" | "vertex" | "split" | "merge" | "boundary" | "facility";
export const TOOLS: { tool: Tool; word: Word; key: string; hint?: Word }[] = [
  { tool: "select", word: "select", key: "v" },
  { tool: "vertex", word: "vertex", key: "e", hint: "vertexHint" },
  { tool: "split", word: "split", key: "s", hint: "splitHint" },
  { tool: "merge", word: "merge", key: "m", hint: "mergeHint" },
  { tool: "boundary", word: "boundary", key: "b", hint: "boundaryHint" },
  { tool: "facility", word: "facility", key: "f", hint: "facilityHint" },
];
const SNAP_PX = 9;

export class Tools {
  tool: Tool = "select";
  private line: Place[] = [];
  private picked: string[] = [];
  private dragging: Place | null = null;
  private told: () => void = () => undefined;
  askFacility: (place: Place) => void = () => undefined;

  constructor(private readonly plan: PlanMap) {
    const map = plan.map;
    map.on("click", (event) => this.click(event));
    map.on("dblclick", () => void this.finish());
    map.on("mousemove", (event) => this.move(event));
    map.on("mousedown", "vertices-dot", (event) => {
      const point = event.features?.[0]?.properties;
      if (!point || (this.tool !== "vertex" && this.tool !== "select")) return;
      event.preventDefault();
      this.dragging = [point["x"] as number, point["y"] as number];
    });
    map.on("mouseup", (event) => void this.drop(event));
    store.listen((topic) => {
      if (topic === "selection" || topic === "plan" || topic === "verdicts") this.show();
    });
  }

  onChange(told: () => void): void {
    this.told = told;
  }

  take(tool: Tool): void {
    this.tool = tool;
    this.line = [];
    this.picked = [];
    this.plan.map.getCanvas().style.cursor = tool === "select" || tool === "vertex" ? "" : "crosshair";
    this.show();
    this.told();
  }

  get hint(): string {
    const word = TOOLS.find((one) => one.tool === this.tool)?.hint;
    return word ? say(word) : "";
  }

  private show(): void {
    const chosen = this.picked.map((id) => store.features.get("parcels")?.get(id)).filter((one) => one !== undefined);
    const selected = store.feature(store.selection);
    const corners = this.tool === "vertex" && store.selection?.layer === "parcels" ? verticesOf(selected) : [];
    this.plan.showSelected(chosen.length ? chosen : selected ? [selected] : [], corners);
    this.plan.sketch(this.line);
  }

  private click(event: MapMouseEvent): void {
    if (this.tool === "select" || this.tool === "vertex") {
      store.select(this.plan.hit(event, this.tool === "select" ? ["facilities-sign", "stops-dot", "parcels-fill", "streets-line"] : ["parcels-fill"]));
      return;
    }
    if (this.tool === "facility") {
      this.askFacility(this.plan.place(event));
      return;
    }
    const parcel = this.plan.hit(event, ["parcels-fill"]);
    if (this.tool === "merge" || (this.tool === "boundary" && this.picked.length < 2)) {
      if (parcel) this.picked = this.picked.includes(parcel.id) ? this.picked.filter((one) => one !== parcel.id) : [...this.picked, parcel.id];
    } else {
      if (this.tool === "split" && !store.selection && parcel) store.select(parcel);
      this.line = [...this.line, this.snapped(event)];
    }
    this.show();
  }

  private move(event: MapMouseEvent): void {
    if (this.dragging) this.plan.sketch([this.dragging, this.snapped(event)]);
  }

  private async drop(event: MapMouseEvent): Promise<void> {
    const at = this.dragging;
    this.dragging = null;
    if (!at) return;
    const to = this.snapped(event, at);
    this.plan.sketch([]);
    if (to[0] !== at[0] || to[1] !== at[1]) await store.edit([{ op: "move_vertex", at, to }]);
  }

  /** The nearest vertex of a boundary within some pixels, else the place itself. */
  private snapped(event: MapMouseEvent, but?: Place): Place {
    const { x, y } = event.point;
    const near = this.plan.map.queryRenderedFeatures([[x - SNAP_PX, y - SNAP_PX], [x + SNAP_PX, y + SNAP_PX]], { layers: ["parcels-fill"] });
    let best: Place | null = null;
    let least = SNAP_PX;
    for (const id of new Set(near.map((one) => String(one.properties["id_"])))) {
      for (const place of verticesOf(store.features.get("parcels")?.get(id))) {
        if (but && place[0] === but[0] && place[1] === but[1]) continue;
        const far = this.plan.pixels(place, event.point);
        if (far < least) [best, least] = [place, far];
      }
    }
    return best ?? this.plan.place(event);
  }

  async finish(): Promise<void> {
    const { tool, line, picked } = this;
    if (tool === "split" && store.selection && line.length >= 2) {
      await this.done(store.edit([{ op: "split", id: store.selection.id, line: unlike(line) }]));
    } else if (tool === "merge" && picked.length >= 2) {
      const answer = await this.done(store.edit([{ op: "merge", ids: picked }]));
      if (answer && picked[0]) store.select({ layer: "parcels", id: picked[0] });
    } else if (tool === "boundary" && picked.length === 2 && line.length >= 2) {
      await this.done(store.edit([{ op: "boundary", ids: [picked[0]!, picked[1]!], line: unlike(line) }]));
    }
  }

  private async done<T>(act: Promise<T | null>): Promise<T | null> {
    const answer = await act;
    if (answer) this.take("select");
    return answer;
  }

  cancel(): void {
    if (this.line.length || this.picked.length) this.take(this.tool);
    else if (this.tool !== "select") this.take("select");
    else store.select(null);
  }
}

/** A double click puts its place twice; a line has no corner twice in a row. */
function unlike(line: Place[]): Place[] {
  return line.filter((place, at) => at === 0 || place[0] !== line[at - 1]![0] || place[1] !== line[at - 1]![1]);
}
