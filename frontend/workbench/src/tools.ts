// The tools at the map: what a click, a drag and a key mean while one of them is taken up.

import { toMap } from "../../map/projection";
import { areaOf, verticesOf } from "./inspector";
import type { PlanMap, Pointer } from "./map";
import { store } from "./store";
import { MEASURE, PARCEL, TOOLS, type Tool } from "./toolbox";
import { number, say, type Word } from "./words";
import type { Place } from "./types";

const SNAP_PX = 9;
const STILL_PX = 3;
/** Places are held in whole millimetres, m. */
const SAME_M = 0.001;
/** A key takes up a corner that is so near to the middle of the map. */
const REACH_PX = 24;
/** Coordinates that are typed mean the corner that is so near, and a place that is gone to by keys what it all but meets, m. */
const [TYPED_M, STEPPED_M] = [1, 0.5];
/** Coordinates so far off the plan are none of it, m. */
const BEYOND_M = 5000;
/** What a click selects, the smallest first; what of that is a point, and can be dragged once it is selected. */
const SELECTABLE = ["facilities-sign", "stops-dot", "entrances-dot", "parcels-fill", "controls-line", "streets-line"];
const POINTS = ["facilities-sign", "stops-dot", "entrances-dot"];
/** Lines whose corners and edges a boundary snaps to, and those that a street joins on. */
const [EDGES, STREETS] = [["parcels-fill", "controls-line"], ["streets-line"]];

/** A place that is being dragged: a corner of a layer's outlines, or a point feature. */
type Dragged = { at: Place; layer: "parcels" | "streets" } | { at: Place; layer: string; id: string };

export class Tools {
  tool: Tool = "select";
  private line: Place[] = [];
  private picked: string[] = [];
  private dragging: Dragged | null = null;
  /** Whether what is dragged follows the middle of the map, and not the mouse. */
  private byKey = false;
  /** Whether arrows led to where the middle of the map is, which is then meant to the metre. */
  private stepped = false;
  /** Length and area of what is being drawn. */
  private size = "";
  private told: () => void = () => undefined;
  /** Where something is to stand, marked for as long as it is asked what. */
  private spot: Place | null = null;
  /** Puts away what is asked about something drawn, when another tool is taken or it is given up. */
  putAway: () => void = () => undefined;
  askPoint: (place: Place, parcel: string | null) => void = () => undefined;
  askStreet: (line: Place[]) => void = () => undefined;
  askParcel: (ring: Place[]) => void = () => undefined;

  constructor(private readonly plan: PlanMap) {
    const map = plan.map;
    map.on("click", (event) => this.click(event, event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey));
    map.on("dblclick", () => void this.finish());
    map.on("mousemove", (event) => {
      this.stepped = false;
      this.move(event);
    });
    map.on("mousedown", "vertices-dot", (event) => {
      const point = event.features?.[0]?.properties;
      if (!point || (this.tool !== "vertex" && this.tool !== "select")) return;
      event.preventDefault();
      this.byKey = false;
      this.dragging = { at: [point["x"] as number, point["y"] as number], layer: store.selection?.layer === "streets" ? "streets" : "parcels" };
    });
    map.on("mousedown", (event) => this.grasp(event));
    map.on("mouseup", (event) => void this.drop(event));
    map.on("move", () => { if (this.dragging && this.byKey) this.move(plan.middle()); });
    store.listen((topic) => {
      if (topic === "selection" || topic === "plan" || topic === "verdicts") this.show();
    });
  }

  onChange(told: () => void): void {
    this.told = told;
  }

  take(tool: Tool): void {
    this.putAway();
    this.putAway = () => undefined;
    this.tool = tool;
    this.line = [];
    this.spot = null;
    this.dragging = null;
    this.stepped = false;
    this.size = "";
    // Whoever merges what is selected already need not pick it once more.
    this.picked = tool === "merge" && store.selection?.layer === "parcels" && store.besides.size ? [...store.besides, store.selection.id] : [];
    this.plan.map.getCanvas().style.cursor = tool === "select" || tool === "vertex" ? "" : "crosshair";
    this.show();
    this.told();
  }

  get hint(): string {
    const word = [...TOOLS, MEASURE, PARCEL].find((one) => one.tool === this.tool)?.hint;
    return word ? [say(word), this.size].filter(Boolean).join("\n") : "";
  }

  /** Whether places are put on the map, which can be typed too. */
  get draws(): boolean {
    return !["select", "merge"].includes(this.tool);
  }

  private show(): void {
    const chosen = this.picked.map((id) => store.features.get("parcels")?.get(id)).filter((one) => one !== undefined);
    const selected = store.feature(store.selection);
    const all = store.chosen;
    const cornered = store.selection?.layer === "parcels" || store.selection?.layer === "streets";
    const corners = this.tool === "vertex" && cornered ? verticesOf(selected) : [];
    this.plan.showSelected(chosen.length ? chosen : all, corners);
    this.plan.sketch(this.spot ? [this.spot] : this.line);
  }

  private click(event: Pointer, more = false): void {
    if (this.tool === "select" || this.tool === "vertex") {
      const hit = this.plan.hit(event, this.tool === "select" ? SELECTABLE : ["streets-line", "parcels-fill"]);
      if (more && hit && this.tool === "select") store.selectToo(hit);
      else if (!more) store.select(hit);
      return;
    }
    const parcel = this.plan.hit(event, ["parcels-fill"]);
    if (this.tool === "place") {
      this.spot = this.plan.place(event);
      this.show();
      this.askPoint(this.spot, parcel?.id ?? null);
      return;
    }
    if (this.tool === "merge" || (this.tool === "boundary" && this.picked.length < 2)) {
      if (parcel) this.pick(parcel.id);
    } else {
      if (this.tool === "split" && store.selection?.layer !== "parcels" && parcel) store.select(parcel);
      this.line = [...this.line, this.snapped(event)];
      this.measure(this.line);
    }
    this.show();
  }

  /** Picks a parcel for what is done with several, or lets it go. */
  private pick(id: string): void {
    this.picked = this.picked.includes(id) ? this.picked.filter((one) => one !== id) : [...this.picked, id];
  }

  /** Says how long the line is that is being drawn, and what it encloses. */
  private measure(line: Place[]): void {
    const metres = line.slice(1).reduce((sum, [x, y], at) => sum + Math.hypot(x - line[at]![0], y - line[at]![1]), 0);
    const area = (this.tool === "measure" || this.tool === "parcel") && line.length > 2 ? areaOf({ geometry: { type: "Polygon", coordinates: [[...line, line[0]!]] } }) : null;
    const said = [metres && `${number(metres, 1, 1)} m`, area !== null && `${number(area, 0)} ${say("squareMetres")} (${number(area / 10_000, 2)} ${say("hectares")})`].filter(Boolean).join(" · ");
    if (said === this.size) return;
    this.size = said;
    this.told();
  }

  /** Puts a place by its coordinates, as `446077.2, 4399898.6`; says why where it was not taken. */
  put(typed: string): Word | null {
    const [one, two, ...more] = typed.split(/[\s,，;]+/).filter(Boolean).map(Number);
    const bounds = store.layers.bounds;
    if (one === undefined || two === undefined || more.length || !bounds) return "notAPlace";
    const near = ([x, y]: Place): boolean => x > bounds[0] - BEYOND_M && x < bounds[2] + BEYOND_M && y > bounds[1] - BEYOND_M && y < bounds[3] + BEYOND_M;
    // Surveyors write north first.
    const place = ([[one, two], [two, one]] as Place[]).find(near);
    if (!place) return "notAPlace";
    if (!this.plan.map.getBounds().contains(toMap(place))) this.plan.map.jumpTo({ center: toMap(place) });
    const pointer = this.plan.at(place);
    if (this.tool === "vertex") {
      if (this.dragging) void this.drop(pointer, place);
      else if (!this.graspMiddle(pointer, TYPED_M)) return "noCorner";
    } else if (this.tool === "place") this.click(pointer);
    else if (this.tool === "boundary" && this.picked.length < 2) {
      // What is typed may lie where the map has yet to be drawn: the parcels say what is there.
      const parcel = parcelAt(place);
      if (!parcel) return "noParcelThere";
      this.pick(parcel);
      this.show();
    } else {
      if (this.tool === "split" && store.selection?.layer !== "parcels") {
        const id = parcelAt(place);
        if (!id) return "pickParcel";
        store.select({ layer: "parcels", id });
      }
      this.line = [...this.line, place];
      this.measure(this.line);
      this.show();
    }
    return null;
  }

  /** Keys on the map: space acts at its middle as a click or a grasp, arrows go by a metre or ten while something is drawn. */
  key(event: KeyboardEvent): void {
    const middle = this.plan.middle();
    const arrow = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, Place>)[event.key];
    if (event.key === " ") {
      if (this.dragging) void this.drop(middle);
      else if (!this.graspMiddle(middle)) {
        const drawn = this.line.length;
        this.click(middle, event.shiftKey);
        // Arrows go on from where the place was put, which may have been drawn to a corner.
        if (this.line.length > drawn) this.plan.map.jumpTo({ center: toMap(this.line.at(-1)!) });
      }
      this.stepped = false;
    } else if (arrow && (this.dragging || this.line.length)) {
      const metres = event.shiftKey ? 10 : 1;
      this.stepped = true;
      this.plan.step([arrow[0] * metres, arrow[1] * metres]);
      if (!this.dragging) this.move(this.plan.middle());
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Takes up what lies in the middle of the map: a corner of the selection within some metres, or the point that is selected. */
  private graspMiddle(middle: Pointer, reach = REACH_PX / this.plan.pixelsPerMetre()): boolean {
    const layer = store.selection?.layer;
    if (this.tool === "vertex" && (layer === "parcels" || layer === "streets")) {
      const [corner, far] = nearest(verticesOf(store.feature(store.selection)), this.plan.place(middle));
      if (!corner || far > reach) return false;
      this.dragging = { at: corner, layer };
      this.plan.map.jumpTo({ center: toMap(corner) });
    } else this.grasp(middle);
    this.byKey = this.dragging !== null;
    return this.byKey;
  }

  /** A point that is selected goes along with the mouse. */
  private grasp(event: Pointer & { preventDefault?: () => void }): void {
    if (this.tool !== "select" || !store.selection) return;
    const hit = this.plan.hit(event, POINTS);
    const shape = store.feature(store.selection)?.geometry;
    if (hit?.layer !== store.selection.layer || hit.id !== store.selection.id || shape?.type !== "Point") return;
    event.preventDefault?.();
    this.byKey = false;
    this.dragging = { at: shape.coordinates as Place, layer: hit.layer, id: hit.id };
  }

  private move(event: Pointer): void {
    const dragged = this.dragging;
    const drawn = dragged ? [dragged.at, "id" in dragged ? this.plan.place(event) : this.snapped(event, dragged.at)] : this.line.length ? [...this.line, this.snapped(event)] : null;
    if (!drawn) return;
    this.plan.sketch(drawn);
    this.measure(drawn);
  }

  /** Lets go of what is dragged, at the pointer or at the very place that is given. */
  private async drop(event: Pointer, place?: Place): Promise<void> {
    const dragged = this.dragging;
    this.dragging = null;
    if (!dragged) return;
    const { at, layer } = dragged;
    const to = place ?? ("id" in dragged ? this.plan.place(event) : this.snapped(event, at));
    this.plan.sketch([]);
    this.measure([]);
    // A click moves nothing: what the mouse took less than a few pixels stays where it is.
    if (place || this.byKey ? Math.hypot(to[0] - at[0], to[1] - at[1]) < SAME_M : this.plan.pixels(at, event.point) < STILL_PX) return;
    if ("id" in dragged) await store.edit([{ op: "move", layer, id: dragged.id, to }]);
    else await store.edit([layer === "streets" ? { op: "move_vertex", at, to, layer } : { op: "move_vertex", at, to }]);
  }

  /** The nearest corner within some pixels, else the nearest place on an edge, else the place itself. */
  private snapped(event: Pointer, but?: Place): Place {
    const { x, y } = event.point;
    const ofStreets = this.tool === "street" || (this.tool === "vertex" && store.selection?.layer === "streets");
    const near = this.plan.map.queryRenderedFeatures([[x - SNAP_PX, y - SNAP_PX], [x + SNAP_PX, y + SNAP_PX]], { layers: ofStreets ? STREETS : EDGES });
    const lines = [...new Set(near.map((one) => `${one.source} ${String(one.properties["id_"])}`))].flatMap((one) => {
      const [layer, ...id] = one.split(" ");
      return linesOf(store.features.get(layer!)?.get(id.join(" "))?.geometry);
    });
    const place = this.plan.place(event);
    const [corner, far] = nearest(lines.flat().filter((one) => !but || !same(one, but)), place);
    const reach = this.stepped || (but && this.byKey) ? STEPPED_M : SNAP_PX / this.plan.pixelsPerMetre();
    if (corner && far < reach) return corner;
    // Edges that end in the corner that is dragged go along with it.
    const edges = lines.flatMap((line) => line.slice(1).map((end, at) => [line[at]!, end] as const)).filter((edge) => !but || !edge.some((one) => same(one, but)));
    const [foot, off] = nearest(edges.map(([from, to]) => footOn(from, to, place)), place);
    return foot && off < reach ? foot : place;
  }

  async finish(): Promise<void> {
    const { tool, line, picked } = this;
    if (tool === "split" && line.length >= 2) {
      if (!store.selection) {
        store.say(say("onNoParcel"));
        return;
      }
      await this.done(store.edit([{ op: "split", id: store.selection.id, line: unlike(line) }]));
    } else if (tool === "merge" && picked.length >= 2) {
      const answer = await this.done(store.edit([{ op: "merge", ids: picked }]));
      if (answer && picked[0]) store.select({ layer: "parcels", id: picked[0] });
    } else if (tool === "boundary" && picked.length === 2 && line.length >= 2) {
      await this.done(store.edit([{ op: "boundary", ids: [picked[0]!, picked[1]!], line: unlike(line) }]));
    } else if (tool === "street" && unlike(line).length >= 2) this.askStreet(unlike(line));
    else if (tool === "parcel") {
      const ring = unlike([...line, ...line.slice(0, 1)]);
      if (ring.length > 3) this.askParcel(ring);
    }
  }

  private async done<T>(act: Promise<T | null>): Promise<T | null> {
    const answer = await act;
    if (answer) this.take("select");
    return answer;
  }

  cancel(): void {
    if (this.dragging || this.spot || this.line.length || this.picked.length) this.take(this.tool);
    else if (this.tool !== "select") this.take("select");
    else store.select(null);
  }
}

/** A double click puts its place twice; a line has no corner twice in a row. */
function unlike(line: Place[]): Place[] {
  return line.filter((place, at) => at === 0 || !same(place, line[at - 1]!));
}

const same = (one: Place, other: Place): boolean => one[0] === other[0] && one[1] === other[1];

function linesOf(geometry: GeoJSON.Geometry | null | undefined): Place[][] {
  if (!geometry) return [];
  if (geometry.type === "LineString") return [geometry.coordinates as Place[]];
  if (geometry.type === "Polygon" || geometry.type === "MultiLineString") return geometry.coordinates as Place[][];
  if (geometry.type === "MultiPolygon") return geometry.coordinates.flat() as Place[][];
  return geometry.type === "GeometryCollection" ? geometry.geometries.flatMap(linesOf) : [];
}

/** The parcel that a place lies in. */
function parcelAt([x, y]: Place): string | null {
  for (const { id, geometry } of store.features.get("parcels")?.values() ?? []) {
    let inside = false;
    for (const ring of geometry?.type.endsWith("Polygon") ? linesOf(geometry) : []) {
      ring.slice(1).forEach(([u, v], at) => {
        const [s, t] = ring[at]!;
        if (v > y !== t > y && x < ((s - u) * (y - v)) / (t - v) + u) inside = !inside;
      });
    }
    if (inside) return id;
  }
  return null;
}

/** The nearest of some places, and how far it is, m. */
function nearest(places: Place[], to: Place): [Place | null, number] {
  let best: Place | null = null;
  let least = Infinity;
  for (const place of places) {
    const far = Math.hypot(place[0] - to[0], place[1] - to[1]);
    if (far < least) [best, least] = [place, far];
  }
  return [best, least];
}

/** The place of a segment that is nearest, in whole millimetres. */
function footOn(from: Place, to: Place, place: Place): Place {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((place[0] - from[0]) * dx + (place[1] - from[1]) * dy) / square));
  return [Math.round((from[0] + along * dx) * 1000) / 1000, Math.round((from[1] + along * dy) * 1000) / 1000];
}
