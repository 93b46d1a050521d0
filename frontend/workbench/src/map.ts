// The map: the plan's layers, who falls short, what is selected, and vertices to drag. What is drawn of a feature
// stands in drawing.ts, how it looks in mapstyle.ts.

import { GeoJSONSource, Map as MapLibre, RasterTileSource, setWorkerUrl } from "maplibre-gl";
import workerUrl from "virtual:map-worker";

import { h } from "../../map/dom";
import { hatch } from "../../map/hatch";
import { stir, tellWhenIdle } from "../../map/idle";
import { drawSigns } from "../../map/marks";
import { zoomOf } from "../../map/scale";
import { Sliding } from "../../map/sliding";
import { GROUND, groundLayers } from "../../map/style";
import { withSpots } from "../../map/spots";
import { viewInAddress } from "../../map/view";
import { centreOn, flat, geometryToMap, toMap, toPlan } from "../../map/projection";
import { collection, drawn, framed, heights, highest, LABELLED, onRoofs } from "./drawing";
import { GROUPS, HIDDEN, type Group } from "./groups";
import { baseMap, baseMapTiles, DRAWN, EDITED, edited, stand, style } from "./mapstyle";
import { store } from "./store";
import { sightOf } from "./tilting";
import { say } from "./words";
import type { Changed, Feature, Layers, Place } from "./types";

setWorkerUrl(workerUrl);

/** A place on the map that a mouse, a finger or a key points at. */
export interface Pointer {
  point: { x: number; y: number };
  lngLat: { lng: number; lat: number };
}
/** Another scenario on the map, and the way it is shown. */
export type Way = "swipe" | "sideBySide";
export interface OtherScenario {
  layers: Layers;
  name: string;
  way: Way;
  /** What differs between the two, framed on both maps. */
  changed: { layer: string; id: string }[];
  close: () => void;
}
/** Between a feature and the card beside it. */
const BESIDE_PX = 14;
const TILTED = { pitch: 50, bearing: -18 };
const FROM_ABOVE = { pitch: 0, bearing: 0 };
/** Around the plan: the bar of tools lies over the map's upper edge. */
const AROUND = { padding: { top: 70, right: 60, bottom: 40, left: 40 } };
const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
/** So many are as dear to draw as all. */
const MOST_EDITED = 1000;

export class PlanMap {
  readonly map: MapLibre;
  readonly ready: Promise<void>;
  private readonly hidden = new Set<Group>(HIDDEN);
  private tilted = false;
  private following: (() => void) | null = null;
  private other: { map: MapLibre; follow: () => void; paint: () => void; box: HTMLElement; sliding: Sliding } | null = null;
  private readonly sliding: Sliding;
  /** Whether it was said that the base map does not answer. */
  private groundSilent = false;
  /** Where the pictures of the base map lie that are shown. */
  private groundFrom = "";
  /** Edited parcels as they are drawn now; null is gone. */
  private readonly edited = new Map<string, GeoJSON.Feature | null>();
  private readonly filled = new Set<string>();
  /** The extent of the plan that is drawn. */
  private drawn: [number, number, number, number];

  constructor(container: HTMLElement) {
    const bounds = store.layers.bounds ?? [0, 0, 1000, 1000];
    this.drawn = bounds;
    centreOn(bounds);
    this.map = new MapLibre({
      container,
      style: style(this.hidden),
      bounds: [toMap([bounds[0], bounds[1]]), toMap([bounds[2], bounds[3]])],
      fitBoundsOptions: AROUND,
      attributionControl: false,
      renderWorldCopies: false,
      maxZoom: 23,
      minZoom: 8,
      doubleClickZoom: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 60,
      fadeDuration: 0,
      locale: { "Map.Title": say("mapLabel") },
    });
    (window as unknown as Record<string, unknown>)["__map"] = this.map;
    this.map.touchZoomRotate.disableRotation();
    this.ready = new Promise((resolve) => {
      this.map.once("load", () => {
        this.map.addImage("hatch", hatch());
        this.redraw();
        resolve();
      });
    });
    this.map.on("error", (event) => {
      if ("sourceId" in event && event.sourceId === GROUND) {
        if (!this.groundSilent) store.say(say("baseMapSilent"), "info");
        this.groundSilent = true;
      } else console.error(event.error);
    });
    drawSigns(this.map);
    this.printable();
    let fitted = true;
    this.map.on("resize", () => { if (fitted) this.whole(false); }); // prettier-ignore
    this.map.on("moveend", () => { fitted = this.isFitted; }); // prettier-ignore
    this.sliding = new Sliding(this.map);
    viewInAddress(this.map);
    tellWhenIdle(this.map, () => Boolean(store.busy) || this.sliding.waits || Boolean(this.other && (this.other.sliding.waits || !this.other.map.loaded())));
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  /** What stands in a source; what is empty already is not sent once more. */
  private put(name: string, data: GeoJSON.FeatureCollection): void {
    if (!data.features.length && !this.filled.has(name)) return;
    if (data.features.length) this.filled.add(name);
    else this.filled.delete(name);
    this.source(name).setData(data);
  }

  /** The base map under a plan that lies on the earth: another plan lies elsewhere, or nowhere. */
  private layGround(): void {
    const { map } = this;
    const [from] = baseMapTiles();
    const there = map.getSource<RasterTileSource>(GROUND);
    if (store.state.base_map === null) {
      if (!there) return;
      for (const { id } of groundLayers()) map.removeLayer(id);
      map.removeSource(GROUND);
    } else if (!there) {
      map.addSource(GROUND, baseMap());
      const [under, over] = groundLayers();
      map.addLayer(under, "water-fill");
      map.addLayer(over, "beyond-fill");
      if (this.hidden.has("baseMap")) for (const { id } of [under, over]) map.setLayoutProperty(id, "visibility", "none");
    } else if (this.groundFrom && this.groundFrom !== from) there.setTiles([from!]);
    this.groundFrom = from!;
  }

  /** Every layer anew. */
  redraw(): void {
    const [west, south, east, north] = store.layers.bounds ?? this.drawn;
    const apart = west > this.drawn[2] || east < this.drawn[0] || south > this.drawn[3] || north < this.drawn[1];
    this.drawn = [west, south, east, north];
    if (apart) {
      // Another plan, which lies elsewhere.
      centreOn(this.drawn);
      this.whole();
    }
    this.layGround();
    this.edited.clear();
    this.map.removeFeatureState({ source: "parcels" });
    this.putEdited();
    for (const layer of DRAWN) this.source(layer).setData(collection(layer));
    if (this.tilted) this.raise();
    if (this.other?.map.loaded()) this.other.paint();
  }

  /** The whole plan on the map: at once, where `glide` is not wanted. */
  whole(glide = true): void {
    const animate = glide && !isStill();
    const box = store.layers.bounds ?? [0, 0, 1000, 1000];
    const [west, south, east, north] = box;
    if (this.tilted) {
      const { clientWidth: wide, clientHeight: tall } = this.map.getContainer();
      const { perMetre, middle } = sightOf({ box, high: highest(), wide, tall, free: AROUND.padding.top, ...TILTED });
      this.map.easeTo({ ...TILTED, center: toMap(middle), zoom: zoomOf(perMetre), animate, duration: 500 });
      return;
    }
    this.map.fitBounds([toMap([west, south]), toMap([east, north])], { ...AROUND, ...FROM_ABOVE, animate, duration: 500 });
  }

  /** Whether the whole plan fills the map: it still does where the map gets another size. */
  private get isFitted(): boolean {
    const [west, south, east, north] = this.drawn;
    const all = this.tilted ? null : this.map.cameraForBounds([toMap([west, south]), toMap([east, north])], AROUND);
    return this.showsAll && this.map.getZoom() > (all?.zoom ?? 0) - 0.01;
  }

  get isTilted(): boolean {
    return this.tilted;
  }

  /** Heights in 3D, or the plan from above. */
  tilt(): void {
    const all = this.showsAll;
    this.tilted = !this.tilted;
    if (this.tilted && !this.raise()) store.say(say("noHeights"), "info");
    for (const map of [this.map, this.other?.map]) if (map?.getLayer("heights-3d")) stand(map, this.tilted);
    const look = this.tilted ? TILTED : FROM_ABOVE;
    // Who saw all of the plan still does.
    if (all) this.whole();
    else this.map.easeTo({ ...look, animate: !isStill(), duration: 500 });
  }

  /** What is built, and the signs on its roofs; how much there is. */
  private raise(): number {
    const built = heights();
    this.source("heights").setData(built);
    this.source("facilities").setData(onRoofs(collection("facilities"), built));
    return built.features.length;
  }

  private get showsAll(): boolean {
    const [west, south, east, north] = store.layers.bounds ?? this.drawn;
    const { clientWidth: wide, clientHeight: tall } = this.map.getContainer();
    return [west, east].every((x) => [south, north].every((y) => {
      const at = this.map.project(toMap([x, y]));
      return at.x >= 0 && at.x <= wide && at.y >= 0 && at.y <= tall;
    })); // prettier-ignore
  }

  /** What a proposal touches, as far as it is drawn already. */
  showProposed(keys: { layer: string; id: string }[]): void {
    const features = keys
      .map(({ layer, id }) => {
        const feature = store.features.get(layer)?.get(id);
        const one = feature && drawn(layer, feature);
        return one ? { ...one, id: `${layer} ${id}`, properties: { id_: `${layer} ${id}` } } : null;
      })
      .filter((one): one is NonNullable<typeof one> => one !== null);
    this.source("proposed").setData({ type: "FeatureCollection", features });
  }

  /** The map fills the room that the page leaves it, at once: the browser tells of it later, and until then the map would be said to stand still. */
  takeRoom(): void {
    const [room, canvas] = [this.map.getContainer(), this.map.getCanvas()];
    // Sides that lie between two pixels are rounded now up, now down.
    if (Math.max(Math.abs(canvas.clientWidth - room.clientWidth), Math.abs(canvas.clientHeight - room.clientHeight)) > 1) this.map.resize();
  }

  /** Another scenario on the left, under a line that is dragged or on a map of its own; null takes it away. */
  showOther(other: OtherScenario | null): void {
    this.other?.sliding.stop();
    this.other?.map.remove();
    this.other?.box.remove();
    if (this.other) this.map.off("move", this.other.follow);
    this.other = null;
    const keys = other?.changed ?? [];
    this.source("differing").setData(framed(keys, (layer, id) => store.features.get(layer)?.get(id)));
    const stage = this.map.getContainer().parentElement!;
    const beside = other?.way === "sideBySide";
    stage.classList.toggle("beside-each-other", beside);
    this.map.resize();
    if (!other) return;
    const { layers } = other;
    const box = h("div", { class: "swipe" });
    const canvas = h("div", { class: "swipe-map", "aria-hidden": "true" });
    const handle = h("input", { type: "range", class: "swipe-handle", min: 0, max: 100, value: 50, "aria-label": say("swipe") });
    // The handle's middle goes from half its width to as much before the other end.
    const cut = (): void => box.style.setProperty("--cut", `calc(18px + (100% - 36px) * ${Number(handle.value) / 100})`);
    handle.addEventListener("input", cut);
    box.append(canvas, h("i", { class: "cut" }), ...(beside ? [] : [handle]), h("p", { class: "side" }, store.called(other.name), h("button", { class: "link", "aria-label": say("endComparison"), title: say("endComparison"), onclick: other.close, "data-sign": "×" })), h("p", { class: "side here" }, store.called(store.state.scenario)));
    stage.append(box);
    cut();
    const map = new MapLibre({
      container: canvas, style: style(this.hidden), center: this.map.getCenter(), zoom: this.map.getZoom(), pitch: this.map.getPitch(), bearing: this.map.getBearing(),
      attributionControl: false, interactive: false, renderWorldCopies: false, fadeDuration: 0, maxZoom: 23, minZoom: 8, maxPitch: 60,
    }); // prettier-ignore
    drawSigns(map);
    stir(this.map);
    map.on("idle", () => this.map.triggerRepaint());
    const paint = (): void => {
      for (const name of DRAWN) (map.getSource(name) as GeoJSONSource).setData(collection(name, layers.layers[name]?.features));
      const built = heights(layers);
      (map.getSource("heights") as GeoJSONSource).setData(built);
      (map.getSource("facilities") as GeoJSONSource).setData(onRoofs(collection("facilities", layers.layers["facilities"]?.features), built));
    };
    map.once("load", () => {
      paint();
      const there = new Map(Object.entries(layers.layers).map(([name, { features }]) => [name, new Map(features.map((one) => [one.id, one]))]));
      (map.getSource("differing") as GeoJSONSource).setData(framed(keys, (layer, id) => there.get(layer)?.get(id)));
      if (this.tilted) stand(map, true);
    });
    const follow = (): void => {
      map.jumpTo({ center: this.map.getCenter(), zoom: this.map.getZoom(), pitch: this.map.getPitch(), bearing: this.map.getBearing() });
    };
    this.map.on("move", follow);
    this.other = { map, follow, paint, box, sliding: new Sliding(map, this.map) };
  }

  /** On paper a copy stands for the map: what a map has drawn is gone by the time that a page is printed. */
  private printable(): void {
    const paper = h("canvas", { class: "printed", "aria-hidden": "true" });
    const copy = (): void => {
      const canvas = this.map.getCanvas();
      if (paper.isConnected) return;
      this.map.redraw();
      Object.assign(paper, { width: canvas.width, height: canvas.height });
      paper.getContext("2d")!.drawImage(canvas, 0, 0);
      canvas.after(paper);
    };
    addEventListener("beforeprint", copy);
    addEventListener("afterprint", () => paper.remove());
    // A page that is shown as it would be printed tells of no print.
    matchMedia("print").addEventListener("change", ({ matches }) => (matches ? copy() : paper.remove()));
  }

  /** The map as it stands, as a picture. */
  picture(): Promise<Blob | null> {
    this.map.stop();
    // What is drawn can be read until the browser shows it.
    this.map.redraw();
    return new Promise((resolve) => this.map.getCanvas().toBlob(resolve, "image/png"));
  }

  /** Only what a step changed. */
  change(changed: Changed[]): void {
    const by = new Map<string, Changed[]>();
    for (const one of changed) by.set(one.layer, [...(by.get(one.layer) ?? []), one]);
    for (const [layer, some] of by) {
      if (!DRAWN.includes(layer)) continue;
      if (layer === "parcels") {
        this.changeParcels(some);
        continue;
      }
      if (layer === "facilities" || LABELLED.has(layer)) {
        this.source(layer).setData(collection(layer));
        continue;
      }
      const add = some.map((one) => one.feature && drawn(layer, one.feature)).filter((one): one is GeoJSON.Feature => Boolean(one));
      const ids = new Set(add.map((one) => one.id));
      this.source(layer).updateData({
        remove: some.map((one) => one.id).filter((id) => !ids.has(id)),
        add,
      });
    }
    if (this.tilted) this.raise();
  }

  private changeParcels(some: Changed[]): void {
    for (const { id, feature } of some) this.edited.set(id, feature ? drawn("parcels", feature) : null);
    // What they were is seen until what they are is there: no parcel blinks.
    const past = (): void => {
      if (!this.map.isSourceLoaded(EDITED)) return;
      this.map.off("sourcedata", past);
      for (const { id } of some) if (this.edited.has(id)) this.map.setFeatureState({ source: "parcels", id }, { past: true });
    };
    this.map.on("sourcedata", past);
    this.putEdited();
    past();
    if (this.edited.size <= MOST_EDITED) return;
    this.source("parcels").setData(collection("parcels"));
    const then = [...this.edited];
    this.map.once("idle", () => {
      for (const [id, one] of then) {
        if (this.edited.get(id) !== one) continue;
        this.edited.delete(id);
        this.map.removeFeatureState({ source: "parcels", id });
      }
      this.putEdited();
    });
  }

  private putEdited(): void {
    this.put(EDITED, { type: "FeatureCollection", features: withSpots([...this.edited.values()].filter((one) => one !== null)) });
  }

  /** Parcels (or buildings) that fall short under the reading that is shown. */
  showBeyond(ids: Map<string, Set<string>>): void {
    const features: GeoJSON.Feature[] = [];
    for (const [layer, some] of ids) {
      for (const id of some) {
        const feature = store.features.get(layer)?.get(id);
        const one = feature && drawn(layer, feature);
        if (one) features.push({ ...one, id: `${layer} ${id}`, properties: { id_: `${layer} ${id}` } });
      }
    }
    this.put("beyond", { type: "FeatureCollection", features });
  }

  showSelected(features: Feature[], vertices: Place[] = []): void {
    this.put("selected", {
      type: "FeatureCollection",
      features: features
        .filter((one) => one.geometry)
        .map((one) => ({ type: "Feature", id: one.id, properties: { id_: one.id }, geometry: geometryToMap(one.geometry!) })),
    });
    this.put("vertices", {
      type: "FeatureCollection",
      features: vertices.map((place, at) => ({
        type: "Feature", id: at, properties: { id_: at, x: place[0], y: place[1] }, geometry: { type: "Point", coordinates: toMap(place) },
      })), // prettier-ignore
    });
  }

  /** Keeps a card beside a feature while the map moves: right of it, else left of it, and always on the map. */
  putBeside(card: HTMLElement, feature: Feature): void {
    const places = flat(geometryToMap(feature.geometry!));
    const follow = (): void => {
      if (card.hidden || !card.isConnected) {
        this.map.off("move", follow);
        return;
      }
      const { clientWidth: wide, clientHeight: high } = this.map.getContainer();
      const points = places.map((place) => this.map.project(place));
      const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
      const middle = (Math.min(...points.map(({ y }) => y)) + Math.max(...points.map(({ y }) => y))) / 2;
      const [w, t] = [card.offsetWidth, card.offsetHeight];
      const x = right + BESIDE_PX + w < wide - 50 ? right + BESIDE_PX : left - BESIDE_PX - w;
      card.style.left = `${Math.max(10, Math.min(x, wide - w - 50))}px`;
      card.style.top = `${Math.max(60, Math.min(middle - t / 2, high - t - 40))}px`;
      card.style.bottom = "auto";
    };
    if (this.following) this.map.off("move", this.following);
    this.following = follow;
    this.map.on("move", follow);
    follow();
  }

  /** A ring about a place; null takes it away. */
  showPlace(place: Place | null): void {
    this.put("place", { type: "FeatureCollection", features: place ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: toMap(place) } }] : [] });
  }

  sketch(line: Place[]): void {
    const places = line.map(toMap);
    const features: GeoJSON.Feature[] = places.map((coordinates, at) => ({
      type: "Feature", id: at, properties: { id_: at }, geometry: { type: "Point", coordinates },
    })); // prettier-ignore
    if (places.length > 1) {
      features.push({ type: "Feature", id: "line", properties: { id_: "line" }, geometry: { type: "LineString", coordinates: places } });
    }
    this.put("sketch", { type: "FeatureCollection", features });
  }

  toggle(group: Group): boolean {
    const off = !this.hidden.has(group);
    if (off) this.hidden.add(group);
    else this.hidden.delete(group);
    this.sliding.forget();
    for (const id of GROUPS[group].layers) {
      for (const one of new Set([id, edited(id)])) {
        for (const map of [this.map, this.other?.map]) {
          if (map?.getLayer(one)) map.setLayoutProperty(one, "visibility", off ? "none" : "visible");
        }
      }
    }
    return !off;
  }

  isShown(group: Group): boolean {
    return !this.hidden.has(group);
  }

  /** Whether a layer of the map is drawn at this zoom. */
  shows(id: string): boolean {
    const layer = this.map.getLayer(id);
    return layer !== undefined && layer.visibility !== "none" && this.map.getZoom() >= (layer.minzoom ?? 0);
  }

  /** Whether people beyond reach are hatched. */
  get hasBeyond(): boolean {
    return this.filled.has("beyond");
  }

  fly(feature: Pick<Feature, "geometry">, { aroundM, maxZoom } = { aroundM: 150, maxZoom: 17 }): void {
    const places = flat(feature.geometry);
    if (!places.length) return;
    const xs = places.map((one) => one[0]);
    const ys = places.map((one) => one[1]);
    const box: [Place, Place] = [toMap([Math.min(...xs) - aroundM, Math.min(...ys) - aroundM]), toMap([Math.max(...xs) + aroundM, Math.max(...ys) + aroundM])];
    const asked = { padding: 40, maxZoom };
    const [west, south, east, north] = this.drawn;
    const all = this.map.cameraForBounds([toMap([west, south]), toMap([east, north])], AROUND);
    // No farther off than where the whole plan is seen: of a small one that is nearer than what lies around a parcel.
    if ((this.map.cameraForBounds(box, asked)?.zoom ?? 0) < (all?.zoom ?? 0)) this.whole();
    else this.map.fitBounds(box, { ...asked, animate: !isStill(), duration: 500 });
  }

  /** The topmost feature of some layers at a point of the screen. */
  hit(event: Pointer, layers: string[]): { layer: string; id: string } | null {
    const { x, y } = event.point;
    // In the order of the layers: a point is small and was aimed at, land lies under everything.
    for (const layer of layers) {
      const reach = layer.endsWith("-fill") ? 0 : 4;
      const found = this.map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: [...new Set([edited(layer), layer])] });
      const first = found.find(({ state }) => !state["past"]);
      if (first) return { layer: first.source === EDITED ? "parcels" : first.source, id: String(first.properties["id_"]) };
    }
    return null;
  }

  /** Pixels of the screen a metre, where the map is seen from above. */
  pixelsPerMetre(): number {
    const [from, to] = [toPlan(this.map.getCenter()), toPlan(this.map.unproject([0, 0]))];
    const { clientWidth: wide, clientHeight: high } = this.map.getContainer();
    return Math.hypot(wide, high) / 2 / Math.hypot(from[0] - to[0], from[1] - to[1]);
  }

  /** How many pixels of the screen a place is from a point. */
  pixels(place: Place, point: { x: number; y: number }): number {
    const at = this.map.project(toMap(place));
    return Math.hypot(at.x - point.x, at.y - point.y);
  }

  place(event: Pointer): Place {
    return toPlan(event.lngLat);
  }

  /** The middle of the map, where a key acts. */
  middle(): Pointer {
    const { clientWidth: wide, clientHeight: high } = this.map.getContainer();
    return { point: { x: wide / 2, y: high / 2 }, lngLat: this.map.unproject([wide / 2, high / 2]) };
  }

  at(place: Place): Pointer {
    const [lng, lat] = toMap(place);
    const { x, y } = this.map.project([lng, lat]);
    return { point: { x, y }, lngLat: { lng, lat } };
  }

  /** Puts a place in the middle of the map. */
  goTo(place: Place): void {
    this.map.easeTo({ center: toMap(place), animate: !isStill(), duration: 300 });
  }

  /** Goes on by some metres. */
  step([east, north]: Place): void {
    const [x, y] = toPlan(this.map.getCenter());
    this.map.jumpTo({ center: toMap([x + east, y + north]) });
  }
}
