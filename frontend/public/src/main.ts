// The map on a public page: what works without it goes on working; here it is shown where it lies.

import { setWorkerUrl } from "maplibre-gl";

import { chooseSafe, choseSafe, UNKNOWN } from "../../map/colours";
import { fill, h, refill } from "../../map/dom";
import { icon, type Sign } from "../../map/icon";
import { stir } from "../../map/idle";
import { toPlan, type Place } from "../../map/projection";
import { scaleOf } from "../../map/scale";
import { viewInAddress } from "../../map/view";
import { Compare } from "./compare";
import { ask, askPlan, filled, type Found, type Given, type PlanData, type Spoken } from "./data";
import { Drawing } from "./draw";
import { drawFound } from "./panel";
import { PublicMap, speakTiles, type Look } from "./plan";
import { SpokenList } from "./spoken";
import "./map.css";

type Shown = Look | "compare";
const narrow = matchMedia("(max-width: 47.99rem)");

const island = document.querySelector<HTMLElement>("[data-island]");
if (island) void begin(island, JSON.parse(island.dataset["island"]!) as Given);

async function begin(root: HTMLElement, given: Given): Promise<void> {
  const { words } = given;
  document.documentElement.dataset["map"] = "loading";
  const stage = root.querySelector<HTMLElement>(".stage")!;
  const status = h("p", { class: "status", role: "status" }, words["loading"]!);
  stage.append(status);
  try {
    allowWorker(given.worker);
    setWorkerUrl(new URL(given.worker, location.href).href);
    const data = await askPlan(given.plan);
    if (!data.bounds) throw new Error("nothing to draw");
    await speakTiles(data);
    const canvas = h("div", { class: "canvas" });
    stage.append(canvas);
    const plan = new PublicMap(canvas, given, data);
    await plan.ready;
    status.remove();
    new Page(root, stage, plan, given, data).start();
  } catch (error) {
    status.textContent = words["failed"]!;
    document.documentElement.dataset["map"] = "failed";
    throw error;
  }
}

/** The page's policy lets no string start a script but this one address, which is ours. */
function allowWorker(worker: string): void {
  const types = (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: Record<string, (one: string) => string>): void } }).trustedTypes;
  const own = new URL(worker, location.href).href;
  types?.createPolicy("default", {
    createScriptURL: (address) => {
      if (new URL(address, location.href).href !== own) throw new TypeError(`not a script of ours: ${address}`);
      return address;
    },
  });
}

/** A row of the key. */
function swatched(colour: string, name: string, ...more: HTMLElement[]): HTMLElement {
  const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = colour;
  return h("li", {}, swatch, ` ${name} `, ...more);
}

class Page {
  private shown: Shown = "land_use";
  private safe = choseSafe();
  private spoken: Spoken | null = null;
  private list: SpokenList | null = null;
  private panel: HTMLElement;
  private drawing: Drawing;
  private compare: Compare;
  private key: HTMLElement;
  private asked = 0;

  constructor(
    private root: HTMLElement,
    private stage: HTMLElement,
    private plan: PublicMap,
    private given: Given,
    data: PlanData,
  ) {
    this.panel = document.getElementById("here") ?? h("div", {});
    const box = h("div", { class: "marking" });
    this.drawing = new Drawing(plan, given, box, () => this.stage.classList.toggle("drawing", this.drawing.active));
    this.compare = new Compare(plan, given, data, stage);
    if (given.write) root.append(box);
    // It grows while somebody draws; the list above it on a desk makes room.
    new ResizeObserver(() => root.style.setProperty("--marking", `${box.offsetHeight}px`)).observe(box);
    this.key = this.legend();
    narrow.addEventListener("change", () => this.putKey());
    this.putKey();
    // In a map of another width its rows are others.
    new ResizeObserver(() => this.trim()).observe(root);
  }

  /** On a narrow screen what is said of the place comes before the key to the map. */
  private putKey(): void {
    const below = narrow.matches && this.root.nextElementSibling === this.panel && !this.root.classList.contains("large");
    if (below) this.panel.after(this.key);
    else this.root.append(this.key);
  }

  start(): void {
    const { map } = this.plan;
    this.stage.append(this.modes(), this.buttons(), this.scale(), h("div", { class: "cross", "aria-hidden": "true" }));
    map.getCanvas().setAttribute("aria-describedby", "map-keys");
    this.root.append(h("p", { class: "aloud", id: "map-keys" }, this.given.words["keys"]!));
    map.on("click", (event) => void this.tap(event.point, event.lngLat));
    map.getCanvas().addEventListener("keydown", (event) => this.pressed(event));
    map.on("move", () => this.rescale());
    map.on("idle", () => this.relist());
    // The key has its height now: what is looked at makes room for it.
    map.once("idle", () => this.plan.again());
    viewInAddress(map);
    this.rescale();
    this.takeOverLinks();
    const { about, x, y, metres, spoken } = this.root.dataset;
    this.list = new SpokenList(this.root, this.plan, this.given, () => void this.speakUp(true), (about, spoken) => this.listOpinions(spoken, about));
    map.on("mousemove", (event) => void this.over(event.point));
    if (about !== undefined || x) this.choose(about ?? "", x && y ? [Number(x), Number(y)] : null, Number(metres ?? 0), (spoken ?? "").split(" ").map(decodeURIComponent));
    const placed = (about !== undefined || x) && document.querySelector("#by-place");
    if (placed || new URLSearchParams(location.search).get("opinions") === "1") void this.speakUp(true);
  }

  // Finding a place

  private async tap(point: { x: number; y: number }, lngLat: { lng: number; lat: number }): Promise<void> {
    if (this.drawing.active) return this.drawing.add(toPlan(lngLat));
    const [x, y] = toPlan(lngLat);
    await this.busily(async () => {
      const spoken = await this.plan.opinionsAt(point);
      if (spoken.length) this.listOpinions(spoken);
      else await this.find({ at: `${x.toFixed(1)},${y.toFixed(1)}` });
    });
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.drawing.active) this.drawing.take(null);
    else if (event.key === "Backspace" && this.drawing.active) this.drawing.undo();
    else if (event.key === "Enter") {
      const [x, y] = this.plan.middle();
      if (this.drawing.active) this.drawing.add([x, y]);
      else void this.find({ at: `${x.toFixed(1)},${y.toFixed(1)}` });
    } else return;
    event.preventDefault();
  }

  private find(asked: Record<string, string>): Promise<void> {
    const { words, place } = this.given;
    return this.busily(async (last) => {
      const found = await ask<Found>(`${place}?${new URLSearchParams({ ...asked, as: "json" })}`);
      if (!last()) return;
      const { here } = found;
      // Places to choose from stand below the field that asked, a place below the map, as on the page without a script.
      const form = "q" in asked && !here ? document.querySelector("details.again:has(form.find), form.find") : null;
      if (this.panel.isConnected) (form ?? this.root).after(this.panel);
      this.putKey();
      drawFound(this.panel, found, words);
      if (here) this.choose(here.about, here.at, here.within?.metres ?? 0, here.spoken);
      this.panel.querySelector<HTMLElement>(".spot")?.focus({ preventScroll: true });
      this.bringUp(form);
    });
  }

  private choose(about: string, at: Place | null, metres: number, spoken: string[]): void {
    this.plan.choose(about, at, metres);
    this.list?.near(spoken, metres);
  }

  /** The panel is busy from the question on until what was asked last is answered. */
  private async busily(work: (last: () => boolean) => Promise<void>): Promise<void> {
    const mine = (this.asked += 1);
    const last = (): boolean => mine === this.asked;
    this.panel.setAttribute("aria-busy", "true");
    try {
      await work(last);
    } catch {
      if (last()) fill(this.panel, h("p", { role: "alert" }, this.given.words["offline"]!));
    } finally {
      if (last()) this.panel.removeAttribute("aria-busy");
    }
  }

  /** An answer below the screen is no answer: it comes up, with the field that asked or the map above it. */
  private bringUp(form: Element | null): void {
    const [map, said] = [this.root, this.panel].map((one) => one.getBoundingClientRect()) as [DOMRect, DOMRect];
    const above = form ?? (map.bottom <= said.top ? this.root : this.panel);
    if (said.top < 0 || said.top > innerHeight * 0.75) above.scrollIntoView();
  }

  /** The search and the links to places work without the map; with it they answer here. */
  private takeOverLinks(): void {
    const form = document.querySelector<HTMLFormElement>("form.find");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = new FormData(form);
      void this.find({ q: String(said.get("q") ?? ""), datum: String(said.get("datum") ?? "") });
    });
    this.panel.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-about]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.find({ about: link.dataset["about"]! });
    });
  }

  // What stands on the map

  private modes(): HTMLElement {
    const { words } = this.given;
    const today: [Shown, string][] = [["existing_land_use", "today"], ["compare", "compare"]];
    const kinds: [Shown, string][] = [["land_use", "planned"], ...(this.plan.saysToday ? today : []), ...(this.plan.saysHeights ? [["heights", "heights"] as [Shown, string]] : [])];
    // Where there is nothing to choose from nothing is asked.
    const box = h("div", { class: "modes", role: "group", "aria-label": words["shown"]! });
    const draw = (): void =>
      fill(box, ...kinds.map(([kind, word]) =>
        h("button", { type: "button", class: "quiet", "aria-pressed": String(this.shown === kind), onclick: () => { this.show(kind); draw(); } }, words[word]!))); // prettier-ignore
    if (kinds.length > 1) draw();
    return box;
  }

  private show(kind: Shown): void {
    this.shown = kind;
    // Steps of heights are told apart by their key alone.
    if (kind === "heights" && !narrow.matches) this.key.setAttribute("open", "");
    this.plan.show(kind === "compare" ? "land_use" : kind);
    stir(this.plan.map);
    if (kind === "compare") this.compare.start(this.safe);
    else this.compare.stop();
  }

  private buttons(): HTMLElement {
    const { words } = this.given;
    const { map } = this.plan;
    const button = (word: string, sign: Sign, act: () => void): HTMLElement =>
      h("button", { type: "button", class: "quiet", title: words[word], onclick: act }, icon(sign), h("span", { class: "aloud" }, words[word]!));
    const big = h("button", { type: "button", class: "quiet big", "aria-pressed": "false", onclick: () => {
      const all = this.plan.seesWhole;
      const on = this.root.classList.toggle("large");
      big.setAttribute("aria-pressed", String(on));
      big.textContent = words[on ? "smaller" : "bigger"]!;
      this.putKey();
      map.resize();
      if (all) this.plan.whole(false);
    } }, words["bigger"]!); // prettier-ignore
    return h("div", { class: "zoom" }, button("zoom_in", "plus", () => map.zoomIn()), button("zoom_out", "minus", () => map.zoomOut()), button("whole", "whole", () => this.plan.whole()), "geolocation" in navigator && button("position", "position", () => this.locate()), big);
  }

  private locate(): void {
    const { words } = this.given;
    fill(this.panel, h("p", { class: "note", role: "status" }, words["position_note"]!));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void this.find({ q: `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`, datum: "wgs84" }),
      () => fill(this.panel, h("p", { role: "alert" }, words["no_position"]!)),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  }

  private scale(): HTMLElement {
    const { base_map, words } = this.given;
    const credit = h("span", { class: "credit" }, base_map && filled(words, "base_map", { credit: base_map.credit }));
    this.plan.groundFailed = () => { if (!credit.querySelector("b")) credit.append(h("b", {}, ` ${words["base_map_silent"]}`)); }; // prettier-ignore
    return h("div", { class: "scalebar" }, h("i", {}), h("span", {}), h("b", {}, `${words["north"]} ↑`), base_map && credit);
  }

  private rescale(): void {
    // On a phone the buttons beside it need the room.
    const { pixels, said } = scaleOf(this.plan.map, this.stage.clientWidth < 400 ? 24 : 60);
    const box = this.stage.querySelector(".scalebar")!;
    (box.children[0] as HTMLElement).style.width = `${pixels}px`;
    box.children[1]!.textContent = said;
  }

  private legend(): HTMLElement {
    const { words } = this.given;
    const safe = h("label", {}, h("input", { type: "checkbox", checked: this.safe, onchange: (event: Event) => {
      this.safe = (event.target as HTMLInputElement).checked;
      chooseSafe(this.safe);
      this.plan.colours(this.safe);
      stir(this.plan.map);
      this.compare.colours(this.safe);
    } }), ` ${words["safe"]}`); // prettier-ignore
    const spoken = h("label", {}, h("input", { type: "checkbox", class: "speak", onchange: (event: Event) => void this.speakUp((event.target as HTMLInputElement).checked) }), ` ${words["opinions"]}`);
    return h("details", { class: "island legend", open: matchMedia("(min-width: 80rem)").matches, ontoggle: () => this.trim() },
      h("summary", {}, words["legend"]!), h("div", { class: "row" }, spoken, safe, this.given.base_map && this.groundChoice(this.given.base_map.credit)), h("p", { class: "note" }, words["legend_note"]!), h("p", { class: "how-high", hidden: true, role: "status" }), h("ul", { class: "uses" })); // prettier-ignore
  }

  private groundChoice(credit: string): HTMLElement {
    const box = h("input", { type: "checkbox", checked: true, onchange: () => {
      this.plan.ground(box.checked);
      this.compare.ground(box.checked);
    } }); // prettier-ignore
    return h("label", {}, box, ` ${filled(this.given.words, "base_map", { credit })}`);
  }

  private relist(): void {
    const list = this.key.querySelector(".uses")!;
    const signs = this.plan.signs().map(({ sign, name }) => h("li", {}, h("span", { class: "mark", "aria-hidden": "true" }, sign), ` ${name}`));
    const drawn = this.plan.drawn().map(([sample, name]) => h("li", {}, sample, ` ${name}`));
    const land = this.shown === "heights" ? this.steps() : this.plan.visible().map((one) => swatched(one.colour, one.name, h("span", { class: "note" }, one.code)));
    this.key.querySelector<HTMLElement>(".how-high")!.hidden = this.shown !== "heights";
    refill(list, ...land, ...drawn, ...signs);
    this.trim();
  }

  /** The key to heights, and what they come to in words. */
  private steps(): HTMLElement[] {
    const { words } = this.given;
    const { steps, stated, silent, highest } = this.plan.heightsSeen();
    const said = [stated && filled(words, "heights_stated", { n: stated, m: highest }), silent && filled(words, "heights_silent", { n: silent })];
    const told = this.key.querySelector(".how-high")!;
    const text = said.filter(Boolean).join(" ");
    if (told.textContent !== text) told.textContent = text; // said again only where it is something else
    const rows = steps.map(({ colour, from, to }) => swatched(colour, filled(words, to === null ? "height_over" : "height_to", { m: to ?? from ?? 0 })));
    return silent ? [...rows, swatched(UNKNOWN, words["height_unknown"]!)] : rows;
  }

  /** Ends the key with a whole row where not all of it has room on the map: to the others it is scrolled. */
  private trim(): void {
    const { key } = this;
    key.style.maxHeight = "";
    if (key.scrollHeight <= key.clientHeight) return;
    const { top, bottom } = key.getBoundingClientRect();
    const ends = [...key.querySelectorAll(".uses > li")].map((row) => row.getBoundingClientRect().bottom + key.scrollTop).filter((end) => end < bottom);
    if (ends.length) key.style.maxHeight = `${Math.max(...ends) - top + 1}px`; // and its border
  }

  // Opinions

  private async speakUp(on: boolean): Promise<void> {
    this.key.querySelector<HTMLInputElement>(".speak")!.checked = on;
    if (on) this.spoken ??= await ask<Spoken>(this.given.opinions);
    this.plan.opinions(on && this.spoken ? this.spoken : { type: "FeatureCollection", features: [] });
    if (on && this.spoken) this.list?.show(this.spoken);
    if (on && !this.spoken?.features.length) fill(this.panel, h("p", { role: "status" }, this.given.words["no_opinions"]!));
  }

  /** The opinions under the mouse have their rows marked in the list. */
  private async over(point: { x: number; y: number }): Promise<void> {
    if (this.list && this.spoken) this.list.mark(await this.plan.opinionsAt(point));
  }

  private listOpinions(spoken: GeoJSON.Feature[], about = ""): void {
    const { words, opinion } = this.given;
    if (about) this.plan.choose(about, null, 0);
    const newest = [...spoken].sort((one, other) => Number(other.properties?.["number"]) - Number(one.properties?.["number"]));
    fill(this.panel,
      h("h2", { class: "spot", tabindex: "-1" }, filled(words, "opinions_here", { n: spoken.length })),
      h("ul", { class: "hits" }, ...newest.map((one) =>
        h("li", {}, h("a", { href: opinion.replace("O-0", String(one.properties?.["id"])) }, h("b", {}, `${one.properties?.["number"]}`), h("span", {}, ` ${one.properties?.["title"]}`)))))); // prettier-ignore
    this.panel.querySelector<HTMLElement>(".spot")?.focus({ preventScroll: true });
  }
}
