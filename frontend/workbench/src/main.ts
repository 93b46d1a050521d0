// The workbench: the page is laid out once, and each part is drawn anew when what it shows has changed.

import "./style.css";
import * as api from "./api";
import { fill, h } from "../../map/dom";
import { icon } from "../../map/icon";
import { scaleOf } from "../../map/scale";
import { changedPlaces, comparedWith, drawComparison, watchComparison } from "./compare";
import { drawMerge } from "./merge";
import { askParcel, askPoint, askStreet } from "./adding";
import { takeDrops } from "./dropping";
import { drawBalance } from "./balance";
import { drawInspector } from "./inspector";
import { listen } from "./keys";
import { drawLegend } from "./legend";
import { savePicture } from "./picture";
import { drawLeft, searched, type Ways } from "./left";
import type { PlanMap } from "./map";
import type { Overview } from "./overview";
import { SIGN, beyond, drawFaults, drawReadings, drawVerdicts } from "./panel";
import { drawProposals, proposed, watchProposals } from "./proposals";
import { deed, drawFoot, drawHistory, drawPlace, drawStrip } from "./strip";
import { cameAndWent, key, store } from "./store";
import { drawTable, markChosen } from "./table";
import { TOOLS } from "./toolbox";
import type { Tools } from "./tools";
import { faultInWords, useName } from "./vocabulary";
import { counted, language, number, say, setLanguage } from "./words";
import type { Answer, Fault, Lang, Verdict } from "./types";

const chosenLang = (): Lang => {
  const asked = new URLSearchParams(location.search).get("lang") ?? document.documentElement.dataset["lang"] ?? localStorage.getItem("blockplan-lang") ?? navigator.language.slice(0, 2);
  return asked === "zh" || asked === "ja" ? asked : "en";
};

/** A pixel as browsers measure it, m. */
const CSS_PIXEL_M = 0.0254 / 96;
/** What is left of a fault lies so near to where it was, m. */
const NEAR_M = 30;
/** So near a fault of an outline is looked at, which may be of a few square metres. */
const CLOSE = { aroundM: 70, maxZoom: 19 };
/** So long after an answer it is asked again what others did. */
const HEAR_MS = 2000;

let tab: "verdicts" | "proposals" | "compare" | "land" | "faults" | "history" | "table" = "verdicts";

async function begin(): Promise<void> {
  setLanguage(chosenLang());
  api.speak(language());
  const app = document.getElementById("app")!;
  const asked = new URLSearchParams(location.search);
  const about = asked.get("about") ?? "";
  try {
    const refused = await openAt(asked.get("at"));
    // The page goes on from there: loaded anew it is not to turn back.
    for (const used of ["at", "about"]) asked.delete(used);
    history.replaceState(null, "", `${location.pathname}${asked.size ? `?${asked}` : ""}${location.hash}`);
    const mapArrives = layout(app, about);
    if (refused) store.say(refused);
    await store.loadLayers();
    document.documentElement.dataset["busy"] = "false";
    store.tell("plan");
    // Words and lists can be used by now; who draws the map is the largest part of what is loaded.
    mapArrives(await import("./stage"));
  } catch (error) {
    const said = error instanceof api.Refusal ? error.message : say("offline");
    fill(app, h("p", { class: "fatal", role: "alert" }, said));
    throw error;
  }
}

/** Opens the scenario that the address names; where there is none of that name, what opens without, and says why. */
async function openAt(wanted: string | null): Promise<string> {
  api.workAt(wanted);
  try {
    await store.loadWords();
    // On one's own machine there is one desk, which turns to it.
    if (wanted !== null && store.state.scenario !== wanted) {
      await api.postScenario({ open: wanted });
      await store.loadWords();
    }
    return "";
  } catch (error) {
    if (wanted === null || !(error instanceof api.Refusal) || error.said["error"] !== "scenario") throw error;
    api.workAt(null);
    await store.loadWords();
    return error.message;
  }
}

/** The page in words; it gives back what the map is to be handed to. */
function layout(app: Element, about: string): (found: typeof import("./stage")) => void {
  const top = h("header", { class: "top" });
  const left = h("nav", { class: "left", "aria-label": say("scenarios") });
  const canvas = h("div", { class: "map" }, h("p", { class: "coming", role: "status" }, say("mapComing")));
  const bar = h("div", { class: "tools", role: "toolbar", "aria-label": say("tools"), hidden: true });
  const hint = h("div", { class: "hint" });
  const card = h("div", { class: "card", hidden: true });
  const readings = h("section", { class: "readings", hidden: true });
  const strip = h("section", { class: "strip", "aria-label": say("mustFailing") });
  const panel = h("div", { class: "panel", id: "panel", role: "tabpanel" });
  const inspector = h("section", { class: "inspector" });
  const foot = h("footer", { class: "foot" });
  const live = h("p", { class: "aloud", role: "status", "aria-live": "polite" });
  const uses = h("datalist", { id: "uses" }, ...Object.keys(store.vocabulary.land_uses).map((code) => h("option", { value: code }, useName(code))));
  const right = h("aside", { class: "right" }, h("div", { class: "tabs", role: "tablist", onkeydown: walkTabs }), panel, inspector);
  const merge = h("dialog", { class: "merge", "aria-labelledby": "merge-title" });
  fill(app, top, left, h("main", { class: "middle" }, h("div", { class: "stage" }, canvas, bar, hint, card), readings, strip), right, foot, live, uses, merge);

  let plan: PlanMap | null = null;
  let tools: Tools | null = null;
  let overview: Overview | null = null;
  const mapArrives = (found: typeof import("./stage")): void => {
    canvas.replaceChildren();
    plan = new found.PlanMap(canvas);
    tools = new found.Tools(plan);
    onStage(plan, tools, canvas, card, draw.tools);
    overview = new found.Overview(plan);
    canvas.after(overview.box);
    draw.left();
    draw.tools();
    const { ready } = plan;
    void ready.then(() => {
      showOnMap();
      // An answer leads to the object that its opinion is about.
      const [, layer, id] = /^([^:]+):(.+)$/.exec(about) ?? [];
      if (layer && id && store.feature({ layer, id })) go(layer, id);
      return store.askOutcomes();
    }).catch(() => undefined); // prettier-ignore
    watchProposals(draw.panel, (features) => void ready.then(() => plan?.showProposed(features)));
    watchComparison(draw.panel, (other) => void ready.then(() => plan?.showOther(other)));
    listenToOthers();
  };
  const showOnMap = (): void => plan?.showBeyond(beyond());

  const go = (layer: string, id: string): void => {
    store.select({ layer, id });
    const feature = store.feature(store.selection);
    if (feature) plan?.fly(feature);
    openLeft(app, false);
  };
  /** The fault that was gone to: it is marked for as long as there is one like it, and the list of faults is open. */
  let pointed: Fault | null = null;
  const point = (): void => {
    const near = (one: Fault): boolean => one.rule === pointed?.rule && Math.hypot(one.x! - pointed.x!, one.y! - pointed.y!) < NEAR_M;
    const still = tab === "faults" ? store.result.faults.find(near) : undefined;
    void plan?.ready.then(() => plan?.showPlace(still ? [still.x!, still.y!] : null));
  };
  const there = (fault: Fault): void => {
    pointed = fault;
    const { layer, id, x, y } = fault;
    if (id && store.features.get(layer)?.has(id)) store.select({ layer, id });
    plan?.fly({ geometry: { type: "Point", coordinates: [x!, y!] } }, CLOSE);
    openLeft(app, false);
    point();
  };
  const turn = (to: typeof tab): void => {
    tab = to;
    card.hidden = true;
    openLeft(app, false);
    app.classList.toggle("table-open", tab === "table");
    draw.panel();
    plan?.takeRoom();
  };
  const ways: Ways = {
    feature: go,
    rule: (rule) => {
      turn("verdicts");
      openLeft(app, false);
      store.choose(rule);
      panel.querySelector(".verdict.chosen")?.scrollIntoView({ block: "center" });
    },
  };
  const tabs = right.firstElementChild as HTMLElement;
  const narrow = matchMedia("(max-width: 1100px)");
  const phone = matchMedia("(max-width: 560px)");
  const place = (): void => {
    if (narrow.matches) right.prepend(inspector);
    else right.append(inspector);
    // What an edit answers lies over the foot of a phone's screen, however far down its page is.
    if (phone.matches) right.append(card);
    else bar.after(card);
  };
  for (const width of [narrow, phone]) width.addEventListener("change", place);
  place();
  const draw = {
    top: () => drawTop(top, app, () => plan),
    left: () => drawLeft(left, plan, ways),
    tools: () => tools && drawTools(bar, hint, tools),
    panel: () => {
      const withCount = (word: "proposals" | "faults", many: number | string | null): string => [say(word), many].filter((one) => one !== null).join(" ");
      const names = {
        verdicts: say("verdicts"),
        proposals: withCount("proposals", proposed()),
        compare: say("compare"),
        land: say("land"),
        faults: withCount("faults", store.result.faults.length || null),
        history: say("history"),
        table: say("table"),
      };
      app.classList.toggle("compare-open", tab === "compare" && comparedWith() !== "");
      fill(tabs, ...(Object.keys(names) as (keyof typeof names)[]).map((name) =>
        h("button", { role: "tab", id: `tab-${name}`, "aria-selected": String(tab === name), "aria-controls": "panel", tabindex: tab === name ? 0 : -1, onclick: () => turn(name) }, names[name]))); // prettier-ignore
      // Where not all tabs have room the open one is in sight.
      const open = tabs.querySelector<HTMLElement>("[aria-selected=true]")!;
      tabs.scrollLeft = open.offsetLeft + open.offsetWidth - tabs.clientWidth;
      panel.setAttribute("aria-labelledby", `tab-${tab}`);
      if (tab === "verdicts") drawVerdicts(panel, { toProposals: () => turn("proposals"), feature: go });
      else if (tab === "proposals") drawProposals(panel, go);
      else if (tab === "compare") drawComparison(panel, go);
      else if (tab === "land") drawBalance(panel);
      else if (tab === "faults") drawFaults(panel, go, there, (fault) => { there(fault); tools?.take("parcel"); });
      else if (tab === "history") drawHistory(panel, go);
      else drawTable(panel, searched());
      point();
    },
    inspector: () => drawInspector(inspector),
    readings: () => {
      drawReadings(readings);
      plan?.takeRoom();
    },
    strip: () => drawStrip(strip, go),
    foot: () => drawFoot(foot),
  };
  const all = (): void => Object.values(draw).forEach((one) => one());
  store.listen((topic, answer) => {
    if (topic === "busy") {
      document.documentElement.dataset["busy"] = String(store.busy > 0);
      if (!store.busy) plan?.map.triggerRepaint();
      draw.foot();
      draw.tools();
      if (store.notice) live.textContent = store.notice.text;
      return;
    }
    if (topic === "plan" || topic === "verdicts" || topic === "news") overview?.later();
    if (topic === "plan") {
      openLeft(app, false);
      plan?.redraw();
      all();
      if (plan) void store.askOutcomes().catch(() => undefined);
    }
    if (topic === "outcomes") draw.left();
    if (topic === "state") all();
    if (topic === "conflict") drawMerge(merge);
    if (topic === "news" && answer) {
      plan?.change(answer.features);
      all();
    }
    if (topic === "verdicts" && answer) {
      plan?.change(answer.features);
      const turned = answer.verdicts.filter((one) => (store.before.get(key(one))?.outcome ?? one.outcome) !== one.outcome);
      const said = andSo(answer, turned);
      live.textContent = said.join(", ");
      const moved = answer.verdicts.filter((one) => {
        const old = store.before.get(key(one));
        return old !== undefined && old.outcome === one.outcome && old.measured !== one.measured;
      });
      const step = answer.state.history.find(({ seq }) => seq === answer.seq);
      drawCard(card, step ? deed(step) : "", said, moved, turned[0] && (() => ways.rule(key(turned[0]!))));
      const edited = answer.features.find((one) => one.feature?.geometry && one.layer === store.selection?.layer) ?? answer.features.find((one) => one.feature?.geometry);
      if (edited?.feature) plan?.putBeside(card, edited.feature);
      all();
    }
    if (topic === "selection") {
      draw.inspector();
      if (tab === "table") markChosen(panel);
      if (tab === "proposals" && proposed() === null) draw.panel();
    }
    if (topic === "view") {
      draw.readings();
      draw.panel();
    }
    if (topic !== "selection") void plan?.ready.then(showOnMap);
  });
  const onMap = (act: (on: PlanMap) => void) => (): void => { if (plan) act(plan); };
  listen(() => tools, [
    { key: "/", word: "searchWord", act: () => { openLeft(app, true); left.querySelector<HTMLInputElement>("#search")?.select(); } },
    { key: "u", word: "toLandUse", act: () => focusField("land_use") },
    { key: "h", word: "toHeight", act: () => focusField("far") },
    { key: "r", word: "proposals", act: () => turn("proposals") },
    { key: "c", word: "compare", act: () => turn("compare") },
    { key: "l", word: "table", act: () => turn(tab === "table" ? "verdicts" : "table") },
    { key: "n", word: "nextFailing", act: onMap((on) => nextPlace(1, on)) },
    { key: "p", word: "lastFailing", act: onMap((on) => nextPlace(-1, on)) },
    { key: "0", word: "wholePlan", act: onMap((on) => on.whole()) },
    { key: "3", word: "threeD", act: onMap(tilt) },
    { key: "[", word: "foldLeft", act: onMap((on) => fold(app, "left", on)) },
    { key: "]", word: "foldRight", act: onMap((on) => fold(app, "right", on)) },
  ]);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") openLeft(app, false); });
  document.addEventListener("pointerdown", ({ target }) => { if (!(target as Element).closest(".left, .to-left")) openLeft(app, false); });
  takeDrops(app);
  for (const leaves of ["click", "focusin"]) document.addEventListener(leaves, (event) => closeMenu(event.target as Node));
  all();
  return mapArrives;
}

/** The map stands in its place: buttons and a scale lie on it, tools ask beside it. */
function onStage(plan: PlanMap, tools: Tools, canvas: HTMLElement, card: HTMLElement, changed: () => void): void {
  tools.askPoint = (place, parcel) => askPoint(card, place, parcel, tools);
  tools.askStreet = (line) => askStreet(card, line, tools);
  tools.askParcel = (ring) => askParcel(card, ring, tools);
  tools.onChange(changed);
  const zoom = h(
    "div",
    { class: "zoom" },
    h("button", { onclick: () => plan.map.zoomIn() }, icon("plus"), h("span", { class: "aloud" }, say("zoomIn"))),
    h("button", { onclick: () => plan.map.zoomOut() }, icon("minus"), h("span", { class: "aloud" }, say("zoomOut"))),
    h("button", { "data-act": "whole", title: say("wholePlan"), onclick: () => plan.whole() }, icon("whole"), h("span", { class: "aloud" }, say("wholePlan"))),
    h("button", { "data-act": "measure", title: say("measureTool"), onclick: () => tools.take("measure") }, icon("measure"), h("span", { class: "aloud" }, say("measureTool"))),
    h("button", { "data-act": "3d", "aria-pressed": "false", onclick: () => tilt(plan) }, h("span", { "aria-hidden": "true" }, "3D"), h("span", { class: "aloud" }, say("threeD"))),
  );
  canvas.append(zoom, h("i", { class: "cross", "aria-hidden": "true" }), h("div", { class: "scalebar" }, h("i"), h("span"), h("span", { class: "ratio" }), h("b", {}, "N ↑")));
  plan.map.on("move", () => drawScale(plan));
  plan.map.on("mousemove", (event) => drawPlace(plan.place(event)));
  plan.map.on("moveend", () => drawPlace(plan.place(plan.middle())));
  plan.map.on("idle", () => drawLegend(document.querySelector(".left > .uses")!, plan));
  plan.map.getCanvas().addEventListener("keydown", (event) => tools.key(event), { capture: true });
  void plan.ready.then(() => drawScale(plan));
}

/** Where the page is narrow, search, scenarios and layers are opened over it. */
function openLeft(app: Element, open: boolean): void {
  app.classList.toggle("left-open", open);
  app.querySelector("[data-act='left']")?.setAttribute("aria-expanded", String(open));
}

/** The arrows go from tab to tab, and open it. */
function walkTabs(event: KeyboardEvent): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  const tabs = [...(event.currentTarget as Element).children] as HTMLElement[];
  const at = tabs.indexOf(event.target as HTMLElement);
  if (!step || at < 0) return;
  event.preventDefault();
  const { id } = tabs[(at + step + tabs.length) % tabs.length]!;
  document.getElementById(id)?.click();
  document.getElementById(id)?.focus();
}

/** A menu closes once a click or the keyboard has left it. */
function closeMenu(at?: Node): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu && !(at && menu.contains(at))) menu.open = false;
}

/** A side of the page is folded away, or back. */
function fold(app: Element, side: "left" | "right", plan: PlanMap): void {
  app.classList.toggle(`no-${side}`);
  plan.takeRoom();
}

/** To a field of the selection in the inspector. */
function focusField(column: string): void {
  document.querySelector<HTMLInputElement>(`.inspector [data-column="${column}"]`)?.focus();
}

/** Others may edit the same scenario: what they do is asked for while somebody looks at the page. */
function listenToOthers(): void {
  const again = (): void => {
    const asked = document.hidden ? Promise.resolve() : store.hear().then((answered) => answered && store.reached(), (error: unknown) => store.missed(error));
    void asked.finally(() => setTimeout(again, HEAR_MS));
  };
  setTimeout(again, HEAR_MS);
  addEventListener("beforeunload", (event) => { if (store.isHolding) event.preventDefault(); }); // prettier-ignore
}

/** Residents whom the failing must rule that affects most of them affects; null where none can say. */
function affected(verdicts: Iterable<Verdict>): number | null {
  const hit = [...verdicts].filter((one) => one.outcome === "fail" && one.force === "must").map((one) => one.affected_residents);
  return hit.length ? hit.reduce((most, one) => (one !== null && one > (most ?? -1) ? one : most), null) : 0;
}

/** Every edit answers "and so?": rules that turned, capacity, faults of the data, people; also where nothing comes of it. */
function andSo(answer: Answer, turned: Verdict[]): string[] {
  const [fresh, gone] = cameAndWent(answer.faults);
  // A fault that the edit made may be why a rule turned.
  const said = fresh.length === 1 ? [faultInWords(fresh[0]!.layer, fresh[0]!.message)] : fresh.length ? [counted(fresh.length, "newFaults")] : [];
  said.push(...turned.map((one) => `${one.title}${say("colon")}${say(one.outcome)}`));
  if (store.carriedBefore !== null && store.carriedBefore !== answer.capacity.residents) {
    said.push(`${say("carries")} ${number(store.carriedBefore, 0)} → ${number(answer.capacity.residents, 0)}`);
  }
  if (gone.length) said.push(counted(gone.length, "goneFaults"));
  if (!said.length) said.push(say("noneTurns"));
  // How many are affected is news only where this edit made it so.
  const was = affected(store.before.values());
  if (answer.affected_residents && answer.affected_residents !== was) said.push(`${number(was, 0)} → ${number(answer.affected_residents, 0)} ${say("affected")}`);
  return said;
}

/** So many figures that moved are listed in the card of an edit. */
const MOVED = 4;
/** So many things that came of it are told there. */
const SAID = 6;

/** What was done and what came of it; figures that moved too, where the panel that shows them is out of sight. */
function drawCard(card: HTMLElement, did: string, said: string[], moved: Verdict[], why?: () => void): void {
  card.hidden = said.length === 0;
  fill(
    card,
    did !== "" && h("p", { class: "did" }, did),
    h("ul", {}, ...said.slice(0, SAID).map((one) => h("li", {}, one)), said.length > SAID && h("li", {}, `${say("moreOfThem")} ${number(said.length - SAID, 0)}`)),
    moved.length > 0 &&
      h(
        "div",
        { class: "moved" },
        ...moved.slice(0, MOVED).map((one) => h("p", {}, `${SIGN[one.outcome]} ${one.title}${say("colon")}`, h("s", {}, store.before.get(key(one))!.said.measured), " → ", h("b", {}, one.said.measured))),
        moved.length > MOVED && h("p", {}, `${say("moreOfThem")} ${number(moved.length - MOVED, 0)}`),
      ),
    h(
      "p",
      { class: "acts" },
      h("button", { class: "link", onclick: () => void store.undo() }, say("undo")),
      why && h("button", { class: "link", "data-act": "why", onclick: why }, say("why")),
      h("button", { class: "link", onclick: () => { card.hidden = true; } }, say("close")),
    ),
  );
}

function tilt(plan: PlanMap): void {
  plan.tilt();
  document.querySelector("[data-act='3d']")?.setAttribute("aria-pressed", String(plan.isTilted));
  drawScale(plan);
}

/** Follows a link to a file where the service still answers: else a page to sign in would be kept in its place. */
function keepFile(event: MouseEvent): void {
  const { href } = event.currentTarget as HTMLAnchorElement;
  event.preventDefault();
  api.getNews(store.state.seq).then(
    () => h("a", { href, download: "" }).click(),
    (error: unknown) => store.say(error instanceof Error ? error.message : String(error)),
  );
}

function drawTop(into: Element, app: Element, plan: () => PlanMap | null): void {
  const { state } = store;
  const title = state.title[language()] ?? state.title.en ?? Object.values(state.title)[0] ?? state.plan;
  const pick = h(
    "select",
    { "aria-label": say("scenarios"), onchange: (event: Event) => void store.open({ open: (event.target as HTMLSelectElement).value }) },
    ...Object.keys(state.scenarios).filter((name) => name !== "base").map((name) => h("option", { value: name, selected: name === state.scenario }, store.called(name))),
  );
  const langs = (["zh", "en", "ja"] as Lang[]).map((one) =>
    h("button", { "aria-pressed": String(one === language()), lang: one, onclick: () => { localStorage.setItem("blockplan-lang", one); const asked = new URLSearchParams(location.search); asked.set("lang", one); asked.set("at", state.scenario); location.search = `?${asked}`; } }, { zh: "中", en: "EN", ja: "日" }[one]),
  );
  fill(
    into,
    h("button", {
      class: "to-left", "data-act": "left", "aria-expanded": String(app.classList.contains("left-open")), "aria-label": `${say("searchWord")}, ${say("scenarios")}, ${say("layers")}`,
      onclick: () => openLeft(app, !app.classList.contains("left-open")),
    }, icon("menu")),
    api.home ? h("a", { class: "home", href: api.home }, say("toNotice")) : h("span", { class: "brand" }, "Blockplan"),
    h("h1", { class: "plan-title", title }, title),
    pick,
    state.lock && h("span", { class: "synthetic" }, icon("lock"), `${say("locked")}${say("colon")}${state.lock.why}`),
    state.synthetic && h("span", { class: "synthetic" }, say("synthetic")),
    h("span", { class: "grow" }),
    h(
      "details",
      { class: "menu" },
      h("summary", {}, say("exportWord")),
      h(
        "ul",
        {},
        ...(["Html", "Pdf", "Zip"] as const).map((kind) => h("li", {}, h("a", { href: api.reportAddress(kind.toLowerCase()), download: "", onclick: keepFile }, say(`export${kind}`)))),
        h("li", {}, h("button", { class: "link", onclick: () => void savePicture(plan(), title) }, say("exportPng"))),
      ),
    ),
    h("div", { class: "langs", role: "group" }, ...langs),
  );
}

function drawTools(bar: HTMLElement, hint: HTMLElement, tools: Tools): void {
  bar.hidden = false;
  fill(
    bar,
    ...TOOLS.map(({ tool, word, key }) =>
      h("button", { "aria-pressed": String(tools.tool === tool), "data-tool": tool, onclick: () => tools.take(tool) }, say(word), h("kbd", {}, key.toUpperCase())),
    ),
    h("button", { disabled: !store.state.can_undo, "data-tool": "undo", onclick: () => void store.undo() }, icon("undo"), h("span", { class: "word" }, say("undo")), h("kbd", {}, "Ctrl Z")),
    h("button", { disabled: !store.state.can_redo, "data-tool": "redo", onclick: () => void store.redo() }, icon("redo"), h("span", { class: "word" }, say("redo"))),
  );
  document.querySelector("[data-act='measure']")?.setAttribute("aria-pressed", String(tools.tool === "measure"));
  const nothing = [...store.features.values()].every((one) => one.size === 0);
  const text = store.notice ? store.notice.text : tools.hint || (nothing ? say("nothingDrawn") : "");
  const place = h("input", {
    id: "typed-place", placeholder: say("typedPlace"), "aria-label": say("typedPlace"), autocomplete: "off",
    onkeydown: (event: KeyboardEvent) => {
      const field = event.target as HTMLInputElement;
      const typed = field.value.trim();
      if (event.key !== "Enter") return;
      if (!typed) return void tools.finish();
      field.setCustomValidity("");
      field.value = "";
      const why = tools.put(typed);
      if (!why) return field.removeAttribute("aria-invalid");
      field.value = typed;
      field.setAttribute("aria-invalid", "true");
      field.setCustomValidity(say(why));
      field.reportValidity();
    },
  }); // prettier-ignore
  const signIn = store.lost === "signedOut" && store.notice?.kind === "error" && h("a", { href: location.href, target: "_blank" }, say("signInAgain"));
  const more = store.notice?.more ?? [];
  const others = more.length > 0 && h("details", { open: hint.querySelector("details")?.open }, h("summary", {}, `${say("moreOfThem")} ${number(more.length, 0)}`), h("ul", { class: "more-findings" }, ...more.map((one) => h("li", {}, one))));
  fill(hint, h("span", { role: "status" }, text), others, signIn, !store.notice && tools.draws && h("span", { class: "at-place" }, place, h("small", {}, say("middleIs"))));
  hint.className = store.notice ? `hint ${store.notice.kind}` : "hint";
  hint.hidden = !text;
}

function drawScale(plan: PlanMap): void {
  const { metres, pixels, said } = scaleOf(plan.map);
  const box = document.querySelector<HTMLElement>(".scalebar");
  // The copy on paper has the size that the map had: one that followed its own size would never stand still.
  if (!box || document.querySelector(".printed")) return;
  // A tilted map has another scale, and another north, at each place.
  box.hidden = plan.isTilted;
  // On paper the map has another size: the bar keeps its share of it.
  const { clientWidth: wide, clientHeight: high, parentElement: stage } = plan.map.getContainer();
  stage!.style.setProperty("--share", `${pixels / wide}`);
  stage!.style.setProperty("--aspect", `${wide / high}`);
  (box.children[0] as HTMLElement).style.width = `${pixels}px`;
  box.children[1]!.textContent = said;
  box.children[2]!.textContent = `1:${number(Number((metres / pixels / CSS_PIXEL_M).toPrecision(2)), 0)}`;
}

/** Goes to the next place that falls short of the chosen rule, or of the first that fails; in a comparison to what differs. */
function nextPlace(step: 1 | -1, plan: PlanMap): void {
  const differing = tab === "compare" ? changedPlaces() : [];
  const verdict = store.verdict ?? store.result.verdicts.find((one) => one.outcome === "fail" && one.where.length > 0);
  const places = differing.length ? differing : (verdict?.where ?? []);
  if (!places.length) return;
  const now = places.findIndex((one) => one.id === store.selection?.id);
  const next = places[(now + step + places.length) % places.length]!;
  store.select({ layer: next.layer, id: next.id });
  const feature = store.feature(store.selection);
  if (feature) plan.fly(feature);
}

void begin();
