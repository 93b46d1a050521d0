// The map itself: the plan's layers, today or planned, the chosen place with 500 m around it, opinions, a sketch.

import { addProtocol, GeoJSONSource, LngLat, Map as MapLibre, type ExpressionSpecification, type LayerSpecification, type StyleSpecification } from "maplibre-gl";

import { choseSafe, fillOf, inkOn, UNKNOWN } from "../../map/colours";
import { tellWhenIdle } from "../../map/idle";
import { centreOn, flat, geometryToMap, onPlan, toMap, toPlan, type Place } from "../../map/projection";
import { aside, drawSigns, SIGN_IMAGE } from "../../map/marks";
import { Sliding } from "../../map/sliding";
import { asSpots, withSpots } from "../../map/spots";
import { lineSample, sampleOf } from "../../map/sample";
import { boundary, fitting, FONT, ground, GROUND, line, MANY, names, network, OVER, parcelLines, signs, streetLine, withGround } from "../../map/style";
import type { Given, Mark, PlanData, Use } from "./data";

export type When = "land_use" | "existing_land_use";
/** What a map shows of the parcels: their use, or how high one may build on land that is planned. */
export type Look = When | "heights";
/** Greatest heights, m, at which a step ends (those of GB 50180, and 12 below them), and the fills of the steps: one hue, so that every eye ranks them. */
const HEIGHTS = [12, 18, 27, 36, 54, 80];
const HEIGHT_FILLS = ["#fff7c4", "#fee08a", "#fdb94d", "#f08a24", "#cc5f10", "#973f0a", "#5c2507"];
const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
/** Layers of the map that draw all of their features alike. */
const ALIKE = ["boundary-line", "rail-line", "stops-dot", "water-fill", "woodland-fill", "greens-fill"];
const PLAIN = ["water", "woodland", "greens", "parcels", "streets", "rail", "stops", "facilities", "boundary"];
/** Facilities within this many metres of each other stand in a row. */
const SPOT_M = 25;
/** Names of land are broken at this width, in their own size. */
const MOST_EMS = 6;
/** So far from its spot a name stands that makes room for the place that is marked there. */
const BESIDE_PIN_EMS = 1.4;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** Large layers come in tiles; who reads those is loaded where a plan has any. */
export async function speakTiles(data: PlanData): Promise<void> {
  if (!data.tiled.length) return;
  const { Protocol } = await import("pmtiles");
  addProtocol("pmtiles", new Protocol().tile);
}

export class PublicMap {
  readonly map: MapLibre;
  readonly ready: Promise<void>;
  readonly sliding: Sliding;
  private safe: boolean;
  private covered = 0;
  private looked: [number, number][] | null = null;
  private when: When;
  private heights = false;
  private table: Record<string, Use>;

  constructor(
    readonly container: HTMLElement,
    private given: Given,
    private data: PlanData,
    options: { when?: When; follow?: PublicMap; safe?: boolean } = {},
  ) {
    this.when = options.when ?? "land_use";
    this.safe = options.safe ?? choseSafe();
    this.table = Object.fromEntries(given.uses.map((one) => [one.code, one]));
    const bounds = data.bounds ?? [0, 0, 1000, 1000];
    centreOn(bounds);
    this.map = new MapLibre({
      container,
      style: this.style(),
      bounds: [toMap([bounds[0], bounds[1]]), toMap([bounds[2], bounds[3]])],
      fitBoundsOptions: { padding: 16 },
      attributionControl: false,
      renderWorldCopies: false,
      maxZoom: DEEPEST,
      minZoom: 8,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      cooperativeGestures: false,
      interactive: !options.follow,
      locale: { "Map.Title": given.words["title"] ?? "" },
    });
    this.map.on("error", (event) => {
      if ("sourceId" in event && event.sourceId === GROUND) this.groundFailed();
      else console.error(event.error);
    });
    drawSigns(this.map);
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.ready = new Promise((resolve) => {
      this.map.once("load", () => resolve());
    });
    this.sliding = new Sliding(this.map, options.follow?.map);
    if (!options.follow) {
      tellWhenIdle(this.map, () => this.sliding.waits);
      (window as unknown as Record<string, unknown>)["__map"] = this.map;
    }
  }

  /** Whether the plan says what is there today; of parcels in tiles nobody knows it before they come. */
  get saysToday(): boolean {
    const { tiled, layers } = this.data;
    return tiled.includes("parcels") || (layers["parcels"]?.features ?? []).some((one) => one.properties?.["existing_land_use"]);
  }

  /** Whether the plan states a height of any parcel; of one in tiles that is not known before. */
  get saysHeights(): boolean {
    const { tiled, layers } = this.data;
    return tiled.includes("parcels") || (layers["parcels"]?.features ?? []).some((one) => (one.properties?.["height_m"] ?? null) !== null);
  }

  groundShown = true;
  /** Called where a picture of the base map does not come. */
  groundFailed: () => void = () => undefined;

  /** Shows or hides the base map. */
  ground(shown: boolean): void {
    this.groundShown = shown;
    for (const id of [GROUND, OVER]) this.map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private style(): StyleSpecification {
    const { marks } = this.given;
    const sources: Record<string, unknown> = {};
    for (const name of PLAIN) {
      if (this.data.tiled.includes(name)) {
        const address = new URL(this.given.tiles.replace("LAYER", name), location.href).href;
        sources[name] = { type: "vector", url: `pmtiles://${address}`, promoteId: "id" };
      } else {
        const layer = this.data.layers[name] ?? EMPTY;
        let features = layer.features.map((one) => drawn(one, marks));
        if (name === "parcels") {
          features.forEach((one, at) => { one.properties = { ...one.properties, ...fitting(layer.features[at]!.geometry, this.named(one.properties ?? {}), MOST_EMS) }; });
          features = withSpots(features);
        }
        if (name === "facilities") {
          features = asSpots(features);
          const offsets = aside(features.map((one) => onPlan(one.geometry as GeoJSON.Point)), SPOT_M);
          features.forEach((one, at) => { one.properties = { ...one.properties, aside: offsets[at] }; });
        }
        sources[name] = { type: "geojson", data: { ...layer, features }, promoteId: "id", tolerance: 0.2 };
      }
    }
    for (const name of ["around", "beyond", "sketch", "pointed"]) sources[name] = { type: "geojson", data: EMPTY };
    sources["opinions"] = { type: "geojson", data: EMPTY, cluster: true, clusterRadius: 46, clusterMaxZoom: DEEPEST, maxzoom: DEEPEST + 1 };
    const chosen = ["==", ["get", "id"], ""];
    const many = this.data.tiled.includes("parcels") || (this.data.layers["parcels"]?.features.length ?? 0) > MANY;
    const { base_map } = this.given;
    const land = ground(many, { "fill-color": this.fills() });
    if (base_map) {
      const [west, south, east, north] = this.data.bounds ?? [0, 0, 1000, 1000];
      const around = Math.max(east - west, north - south);
      const bounds = [...toMap([west - around, south - around]), ...toMap([east + around, north + around])];
      sources[GROUND] = { type: "raster", tiles: [`${location.origin}${base_map.tiles}`], tileSize: 256, bounds, minzoom: 8, maxzoom: base_map.deepest };
    }
    const layers: LayerSpecification[] = [
      ...(base_map ? withGround(land) : land),
      parcelLines(many),
      ...network(),
      boundary(),
      { id: "beyond-fill", source: "beyond", type: "fill", paint: { "fill-color": "#f4f3ee", "fill-opacity": 0.55 } },
      line("along-line", "streets", { "line-color": "#14202b", "line-width": 4 }, { filter: chosen }),
      ...this.labels(),
      ...signs(),
      // A name makes room for the place that is marked.
      { id: "pin-room", source: "around", type: "symbol", filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": SIGN_IMAGE, "icon-size": 1.2, "icon-allow-overlap": true, "icon-padding": 0 } },
      line("around-line", "around", { "line-color": "#14202b", "line-width": 1.6 }, { filter: ["==", ["geometry-type"], "LineString"] }),
      line("chosen-casing", "parcels", { "line-color": "#ffffff", "line-width": 6 }, { filter: chosen }),
      line("chosen-line", "parcels", { "line-color": "#14202b", "line-width": 2.8 }, { filter: chosen }),
      { id: "chosen-dot", source: "stops", type: "circle", filter: chosen, paint: DOT },
      { id: "chosen-facility", source: "facilities", type: "circle", filter: chosen, paint: DOT },
      { id: "pin", source: "around", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 9, "circle-color": "#ffbf00", "circle-stroke-color": "#14202b", "circle-stroke-width": 5 } },
      line("pointed-parcel", "parcels", { "line-color": "#14202b", "line-width": 2.8 }, { filter: chosen }),
      line("pointed-street", "streets", { "line-color": "#14202b", "line-width": 4 }, { filter: chosen }),
      { id: "pointed-dot", source: "pointed", type: "circle", paint: { "circle-radius": 22, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": "#14202b", "circle-stroke-width": 5 } },
      { id: "opinions-dot", source: "opinions", type: "circle", paint: { "circle-radius": ["step", ["coalesce", ["get", "point_count"], 1], 12, 5, 15, 20, 19], "circle-color": "#ffffff", "circle-stroke-color": "#14202b", "circle-stroke-width": 2 } },
      { id: "opinions-text", source: "opinions", type: "symbol", layout: { "text-field": ["to-string", ["coalesce", ["get", "point_count"], 1]], "text-font": FONT, "text-size": 14, "text-allow-overlap": true }, paint: { "text-color": "#14202b" } },
      { id: "sketch-fill", source: "sketch", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#7a5200", "fill-opacity": 0.25 } },
      line("sketch-line", "sketch", { "line-color": "#14202b", "line-width": 3 }),
      { id: "sketch-dot", source: "sketch", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 7, "circle-color": "#ffffff", "circle-stroke-color": "#14202b", "circle-stroke-width": 2.4 } },
    ] as LayerSpecification[];
    for (const one of layers) {
      if ("source" in one && this.data.tiled.includes(String(one.source))) {
        (one as Record<string, unknown>)["source-layer"] = one.source;
      }
    }
    return { version: 8, sources, layers } as unknown as StyleSpecification;
  }

  private match(values: (use: Use) => string, otherwise: string): ExpressionSpecification | string {
    const cases = this.given.uses.flatMap((one) => [one.code, values(one)]);
    return cases.length ? (["match", ["to-string", ["get", this.when]], ...cases, otherwise] as ExpressionSpecification) : otherwise;
  }

  /** A value for each step of heights; the one more for parcels of which no greatest height is stated. */
  private byHeight(values: string[], otherwise: string): ExpressionSpecification {
    // A number on the border belongs to the step that it ends.
    const steps = HEIGHTS.flatMap((to, at) => [to + 1e-6, values[at + 1]]);
    const stated = ["all", ["has", "height_m"], ["!=", ["get", "height_kind"], "lower"]];
    return ["case", stated, ["step", ["to-number", ["get", "height_m"]], values[0], ...steps], otherwise] as unknown as ExpressionSpecification;
  }

  private fill(code: string): string {
    return fillOf(this.table, code, this.safe);
  }

  private fills(): ExpressionSpecification | string {
    return this.heights ? this.byHeight(HEIGHT_FILLS, UNKNOWN) : this.match((one) => this.fill(one.code), UNKNOWN);
  }

  /** What stands on a parcel; the longer of what is planned and what is there today. */
  private named(own: Record<string, unknown>): string {
    const called = (code: unknown): string => isRoad(String(code)) ? "" : shortened(this.table[String(code)]?.name ?? "");
    const [planned, today] = [called(own["land_use"]), called(own["existing_land_use"])];
    const name = planned.length < today.length ? today : planned;
    if (own["height_m"] === undefined || own["height_m"] === null) return name;
    return `${name}\n${own["height_kind"] === "lower" ? "≥ " : ""}${String(own["height_m"])} m`;
  }

  /** Words on the land, how high one may build below them; with the safe fills the code stands with them. */
  private label(): ExpressionSpecification | string {
    const name = this.name();
    const sign = ["match", ["get", "height_kind"], "lower", "≥ ", ""];
    const height = ["case", ["has", "height_m"], ["concat", "\n", sign, ["to-string", ["get", "height_m"]], " m"], ""];
    return this.when === "land_use" ? (["concat", name, height] as unknown as ExpressionSpecification) : name;
  }

  private name(): ExpressionSpecification | string {
    return this.match((one) => (isRoad(one.code) ? "" : (this.safe ? `${one.code}\n` : "") + shortened(one.name)), "");
  }

  /** Words on a parcel in the ink that is read on its fill; white ones in a seam of the fill, to be read where land farther off pales. */
  private ink(): Record<string, unknown> {
    const seam = (fill: string): string => (inkOn(fill) === "#ffffff" ? fill : "transparent");
    const by = (value: (fill: string) => string): ExpressionSpecification | string =>
      this.heights ? this.byHeight(HEIGHT_FILLS.map(value), value(UNKNOWN)) : this.match((use) => value(this.fill(use.code)), value(UNKNOWN));
    return { "text-color": by(inkOn), "text-halo-color": by(seam), "text-halo-width": 1.3 };
  }

  private labels(): LayerSpecification[] {
    const found = names(this.name()) as unknown as { id: string; layout: Record<string, unknown>; paint: Record<string, unknown>; minzoom: number }[];
    for (const one of found) {
      if (one.id === "parcels-text") one.layout["text-field"] = this.label();
      if (one.id.startsWith("parcels-")) {
        one.layout["text-max-width"] = MOST_EMS;
        one.layout["text-radial-offset"] = BESIDE_PIN_EMS;
        one.paint = this.ink();
      }
      if (one.id === "streets-text") one.layout["text-field"] = ["coalesce", ["get", "name"], ""];
    }
    const stations = { id: "stops-text", source: "stops", type: "symbol", minzoom: 13, filter: ["in", "subway", ["coalesce", ["get", "modes"], ""]], layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": 13, "text-anchor": "left", "text-offset": [0.7, 0] }, paint: { "text-color": "#14202b", "text-halo-color": "#ffffff", "text-halo-width": 2 } };
    return [...(found as unknown as LayerSpecification[]), stations as unknown as LayerSpecification];
  }

  private repaint(): void {
    this.sliding.forget();
    this.map.setPaintProperty("parcels-fill", "fill-color", this.fills());
    for (const id of ["parcels-text", "parcels-code"]) for (const [name, value] of Object.entries(this.ink())) this.map.setPaintProperty(id, name as "text-color", value as string);
    this.map.setLayoutProperty("parcels-text", "text-field", this.label());
    this.map.setLayoutProperty("parcels-code", "text-field", this.name());
  }

  show(look: Look): void {
    this.heights = look === "heights";
    this.when = look === "heights" ? "land_use" : look;
    this.repaint();
  }

  colours(safe: boolean): void {
    this.safe = safe;
    this.repaint();
  }

  /** Steps of greatest heights on the screen, lowest first, with their fills; how many parcels state one and how many none, and the highest. */
  heightsSeen(): { steps: { colour: string; from: number | null; to: number | null }[]; stated: number; silent: number; highest: number } {
    const seen = new Map(this.map.queryRenderedFeatures({ layers: ["parcels-fill"] }).map(({ properties }) => [properties["id"], properties]));
    const most = [...seen.values()].filter((one) => one["height_m"] !== undefined && one["height_kind"] !== "lower").map((one) => Number(one["height_m"]));
    const at = new Set(most.map((one) => { const found = HEIGHTS.findIndex((to) => one <= to); return found < 0 ? HEIGHTS.length : found; }));
    const steps = HEIGHT_FILLS.map((colour, step) => ({ colour, from: HEIGHTS[step - 1] ?? null, to: HEIGHTS[step] ?? null })).filter((_, step) => at.has(step));
    return { steps, stated: most.length, silent: seen.size - most.length, highest: Math.max(...most) };
  }

  /** Codes of the uses on the screen, as the legend lists them. */
  visible(): Use[] {
    const codes = new Set(this.map.queryRenderedFeatures({ layers: ["parcels-fill"] }).map((one) => String(one.properties[this.when] ?? "")));
    const stated = this.given.uses.filter((one) => codes.has(one.code)).map((one) => ({ ...one, colour: this.fill(one.code) }));
    return codes.has("") ? [...stated, { code: "", name: this.given.words["no_use"]!, colour: UNKNOWN, safe: UNKNOWN }] : stated;
  }

  /** What else is on the screen: layers that draw their features alike, and kinds of streets, each with its name. */
  drawn(): [HTMLElement, string][] {
    const rows: [HTMLElement, string][] = [];
    const seen = this.map.queryRenderedFeatures({ layers: ["streets-line", ...ALIKE].filter((id) => this.map.getLayer(id)) });
    const kinds = new Set(seen.filter(({ source }) => source === "streets").map((one) => String(one.properties["class"] ?? "")));
    const layers = new Set(seen.map(({ layer }) => layer.id));
    for (const [key, name] of Object.entries(this.given.drawn)) {
      const [layer, kind] = key.split(" ");
      const id = ALIKE.find((one) => one.startsWith(`${layer}-`));
      if (kind ? kinds.has(kind) : id && layers.has(id)) rows.push([kind ? lineSample(...streetLine(kind)) : sampleOf(this.map, id!), name]);
    }
    return rows;
  }

  /** Kinds of facilities whose signs are on the screen. Rendered features would read their offsets as words. */
  signs(): Mark[] {
    if (this.map.getZoom() < (this.map.getLayer("facilities-sign")?.minzoom ?? 0)) return [];
    const seen = this.map.getBounds();
    const there = this.map.querySourceFeatures("facilities", { sourceLayer: "facilities" }).filter(({ geometry }) => geometry.type === "Point" && seen.contains(geometry.coordinates as [number, number]));
    const services = new Set(there.map((one) => String(one.properties["service"] ?? "")));
    return Object.entries(this.given.marks).filter(([service]) => services.has(service)).map(([, mark]) => mark);
  }

  /** A place chosen: its object stands out, a circle of so many metres goes round the point. */
  choose(about: string, at: Place | null, metres: number): void {
    const [layer, ...rest] = about.split(":");
    const ids = this.pieces(layer ?? "", rest.join(":")).map((one) => String(one.properties?.["id"]));
    const filter = (of: string): unknown => ["in", ["get", "id"], ["literal", layer === of ? (ids.length ? ids : [rest.join(":")]) : []]];
    for (const [id, of] of [["chosen-casing", "parcels"], ["chosen-line", "parcels"], ["along-line", "streets"], ["chosen-dot", "stops"], ["chosen-facility", "facilities"]] as const) {
      this.map.setFilter(id, filter(of) as never);
    }
    const ring = at && metres ? circle(at, metres) : null;
    const features: GeoJSON.Feature[] = [];
    if (at) features.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: toMap(at) } });
    if (ring) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } });
    this.source("around").setData({ type: "FeatureCollection", features });
    const far = 0.9;
    const hole: GeoJSON.Feature | null = ring && { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[-far, -far], [far, -far], [far, far], [-far, far], [-far, -far]], [...ring].reverse()] } };
    this.source("beyond").setData({ type: "FeatureCollection", features: hole ? [hole] : [] });
    if (ring) this.fit(ring);
    else this.fitTo(layer ?? "", rest.join(":"));
  }

  /** What a row of a list is about stands out for as long as somebody points at it. */
  point(about: string, opinions: GeoJSON.Feature[]): void {
    const [layer, ...rest] = about.split(":");
    for (const [id, of] of [["pointed-parcel", "parcels"], ["pointed-street", "streets"]] as const) {
      this.map.setFilter(id, ["==", ["get", "id"], layer === of ? rest.join(":") : ""]);
    }
    const at = new Set(opinions.map(({ geometry }) => JSON.stringify(geometry)));
    const features = [...at].map((one): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry: geometryToMap(JSON.parse(one)) }));
    this.source("pointed").setData({ type: "FeatureCollection", features });
  }

  /** So many pixels at its right are covered: what is looked at lies left of them, as the whole plan does now. */
  keepFree(pixels: number): void {
    if (pixels === this.covered) return;
    this.covered = pixels;
    this.whole(false);
  }

  /** A feature; of a street, which comes in pieces of one name, all of them. */
  private pieces(layer: string, id: string): GeoJSON.Feature[] {
    const all = this.data.layers[layer]?.features ?? [];
    const own = all.find((one) => one.properties?.["id"] === id);
    const name = layer === "streets" && own?.properties?.["name"];
    return name ? all.filter((one) => one.properties?.["name"] === name) : own ? [own] : [];
  }

  private fitTo(layer: string, id: string): void {
    const places = this.pieces(layer, id).flatMap((one) => flat(geometryToMap(one.geometry)));
    if (places.length) this.fit(places);
  }

  /** What of the open key and of what marks a place stands on the map over what lies between two pixels from its left. */
  private over(from: number, to: number): HTMLElement[] {
    const { left } = this.container.getBoundingClientRect();
    const found = this.container.closest(".island")?.querySelectorAll<HTMLElement>(":scope > :is(.legend[open], .marking)") ?? [];
    return [...found].filter((one) => {
      const box = one.getBoundingClientRect();
      const shared = Math.min(box.right - left, to) - Math.max(box.left - left, from);
      return getComputedStyle(one).position === "absolute" && shared > MOST_COVERED;
    });
  }

  /** Whether all of the plan is in sight: in a map of another size it is to be so again. */
  get seesWhole(): boolean {
    const { bounds } = this.data;
    const { clientWidth: wide, clientHeight: high } = this.container;
    const corners: Place[] = bounds ? [[bounds[0], bounds[1]], [bounds[2], bounds[3]]] : [];
    return corners.map((one) => this.map.project(toMap(one))).every(({ x, y }) => x >= 0 && y >= 0 && x <= wide && y <= high);
  }

  whole(moving = !STILL.matches): void {
    const bounds = this.data.bounds;
    if (bounds) this.fit([toMap([bounds[0], bounds[1]]), toMap([bounds[2], bounds[3]])], moving);
  }

  /** Around the plan and a place. */
  private boxOfPlan([x, y]: [number, number]): Box {
    const [west, south, east, north] = this.data.bounds ?? [0, 0, 1000, 1000];
    const [[left, low], [right, high]] = [toMap([west, south]), toMap([east, north])];
    return [Math.min(left, x), Math.min(low, y), Math.max(right, x), Math.max(high, y)];
  }

  /** What was looked at last, beside what stands on the map by now. */
  again(): void {
    if (this.looked) this.fit(this.looked, false);
    else if (this.seesWhole) this.whole(false);
  }

  private fit(places: [number, number][], moving = !STILL.matches): void {
    this.looked = places;
    const xs = places.map((one) => one[0]);
    const ys = places.map((one) => one[1]);
    const asked = { padding: 14, maxZoom: places.length > 1 ? 18 : 16 };
    const around: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const all = this.boxOfPlan([(around[0] + around[2]) / 2, (around[1] + around[3]) / 2]);
    const seen = (one: Box): number => this.map.cameraForBounds(one, asked)?.zoom ?? 0;
    // No farther off than where the whole plan is seen: a small one would be a dot in what lies within 500 m.
    asked.maxZoom = Math.max(asked.maxZoom, Math.min(18, this.map.cameraForBounds(all, { padding: 14 })?.zoom ?? 0));
    const box = seen(around) < seen(all) ? all : around;
    const zoom = seen(box);
    const wide = ((box[2] - box[0]) / 360) * 512 * 2 ** zoom;
    // In the middle of the map, unless what covers its right would lie over it.
    const under = (this.container.clientWidth + wide) / 2 > this.container.clientWidth - this.covered;
    const beside = { top: 14, bottom: 14, left: 14, right: 14 + (under ? this.covered : 0) };
    const left = (this.container.clientWidth - beside.right - wide) / 2;
    const { bottom } = this.container.getBoundingClientRect();
    const above = (): typeof beside => ({ ...beside, bottom: Math.max(beside.bottom, ...this.over(left, left + wide).map((one) => 14 + bottom - one.getBoundingClientRect().top)) });
    const closest = (padding: typeof beside): number => this.map.cameraForBounds(box, { ...asked, padding })?.zoom ?? -Infinity;
    // Above what stands there too, where what is looked at does not get much smaller by it.
    const fits = (): boolean => closest(above()) >= closest(beside) - SMALLER;
    // What is looked at comes before the key, which is folded where it would lie over it.
    if (!fits()) for (const one of this.over(left, left + wide)) if (one.matches(".legend")) one.removeAttribute("open");
    const padding = fits() ? above() : beside;
    const view = { animate: moving, duration: 400 };
    const seenSo = box === all ? this.map.cameraForBounds(box, { ...asked, padding }) : undefined;
    const middle: [number, number] = [(around[0] + around[2]) / 2, (around[1] + around[3]) / 2];
    // Amid a plan as small as this a place may lie under a button: then it stands in the middle, and the plan around it.
    if (seenSo?.center && this.isCovered(middle, LngLat.convert(seenSo.center), seenSo.zoom ?? 0)) this.map.easeTo({ center: middle, zoom: seenSo.zoom!, ...view });
    else this.map.fitBounds(box, { ...asked, padding, ...view });
  }

  /** Whether a button, or a list that lies on the map, would stand on a place that is seen from a middle at a zoom. */
  private isCovered([lng, lat]: [number, number], from: LngLat, zoom: number): boolean {
    const pixels = (512 * 2 ** zoom) / 360; // of a degree, at the equator, where plans are drawn
    const box = this.container.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2 + (lng - from.lng) * pixels, box.top + box.height / 2 - (lat - from.lat) * pixels];
    const over = this.container.closest(".island")?.querySelectorAll("button, .by-place, .legend[open], .marking") ?? [];
    return [...over].map((one) => one.getBoundingClientRect()).some((one) => x > one.left - PIN && x < one.right + PIN && y > one.top - PIN && y < one.bottom + PIN);
  }

  opinions(points: GeoJSON.FeatureCollection): void {
    const features = points.features.map((one) => ({ ...one, geometry: geometryToMap(one.geometry) }));
    this.source("opinions").setData({ type: "FeatureCollection", features });
  }

  /** The opinions at a point of the screen, those of a cluster all; empty where there are none. */
  async opinionsAt(point: { x: number; y: number }): Promise<GeoJSON.Feature[]> {
    const hit = this.map.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ["opinions-dot"] })[0];
    if (!hit) return [];
    const { cluster, cluster_id, point_count } = hit.properties;
    return cluster ? this.source("opinions").getClusterLeaves(Number(cluster_id), Number(point_count), 0) : [hit];
  }

  sketch(geometry: GeoJSON.Geometry | null, corners: Place[]): void {
    const features: GeoJSON.Feature[] = corners.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: toMap(at) } }));
    if (geometry && geometry.type !== "Point") features.push({ type: "Feature", properties: {}, geometry: geometryToMap(geometry) });
    this.source("sketch").setData({ type: "FeatureCollection", features });
  }

  middle(): Place {
    return toPlan(this.map.getCenter());
  }
}

/** As near as one comes; opinions about one object lie at one point and are counted there however near. */
const DEEPEST = 21;
/** So many pixels the pin of a place reaches from its middle. */
const PIN = 14;
/** So many zooms less are not much smaller. */
const SMALLER = 0.4;

/** West, south, east, north, in degrees. */
type Box = [number, number, number, number];

/** So many pixels of what is looked at may lie under the key. */
const MOST_COVERED = 24;
/** Land of streets: a street is told by its own name. */
const isRoad = (code: string): boolean => code.startsWith("1207");
/** A land use on its land: that it is land needs no word. */
const shortened = (name: string): string => name.replace(/用地$/, "");

const DOT = { "circle-radius": 12, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": "#14202b", "circle-stroke-width": 3 };

function drawn(feature: GeoJSON.Feature, marks: Record<string, Mark>): GeoJSON.Feature {
  const own = feature.properties ?? {};
  const sign = own["service"] ? { sign: marks[String(own["service"])]?.sign ?? "·" } : {};
  return { ...feature, properties: { ...own, ...sign }, geometry: geometryToMap(feature.geometry) };
}

function circle(at: Place, metres: number): [number, number][] {
  return Array.from({ length: 73 }, (_, step) => {
    const turn = (step / 72) * 2 * Math.PI;
    return toMap([at[0] + metres * Math.sin(turn), at[1] + metres * Math.cos(turn)]);
  });
}
