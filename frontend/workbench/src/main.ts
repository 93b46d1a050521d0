// The workbench: the page is laid out once, and each part is drawn anew when what it shows has changed.

import "./style.css";
import * as api from "./api";
import { fill, h } from "../../map/dom";
import { scaleOf } from "../../map/scale";
import { drawComparison, watchComparison } from "./compare";
import { drawMerge } from "./merge";
import { askPoint, askStreet } from "./adding";
import { openFiles, takeDrops } from "./dropping";
import { drawInspector, drawTable } from "./inspector";
import { listen } from "./keys";
import { drawLeft, searched, type Ways } from "./left";
import { PlanMap } from "./map";
import { beyond, drawFaults, drawReadings, drawVerdicts } from "./panel";
import { drawProposals, proposed, watchProposals } from "./proposals";
import { drawFoot, drawStrip } from "./strip";
import { store } from "./store";
import { Tools, TOOLS } from "./tools";
import { useName } from "./vocabulary";
import { language, number, say, setLanguage } from "./words";
import type { Answer, Lang } from "./types";

const chosenLang = (): Lang => {
  const asked = new URLSearchParams(location.search).get("lang") ?? document.documentElement.dataset["lang"] ?? localStorage.getItem("blockplan-lang") ?? navigator.language.slice(0, 2);
  return asked === "zh" || asked === "ja" ? asked : "en";
};

/** So long after an answer it is asked again what others did. */
const HEAR_MS = 2000;

let tab: "verdicts" | "proposals" | "compare" | "faults" | "table" = "verdicts";

async function begin(): Promise<void> {
  setLanguage(chosenLang());
  api.speak(language());
  const app = document.getElementById("app")!;
  try {
    await store.load();
  } catch (error) {
    fill(app, h("p", { class: "fatal", role: "alert" }, error instanceof api.Refusal && error.status ? error.message : say("offline")));
    return;
  }
  layout(app);
  document.documentElement.dataset["busy"] = "false";
}

function layout(app: Element): void {
  const top = h("header", { class: "top" });
  const left = h("nav", { class: "left", "aria-label": say("scenarios") });
  const canvas = h("div", { class: "map" });
  const bar = h("div", { class: "tools", role: "toolbar", "aria-label": say("select") });
  const hint = h("p", { class: "hint", role: "status" });
  const card = h("div", { class: "card", hidden: true });
  const readings = h("section", { class: "readings", hidden: true });
  const strip = h("section", { class: "strip", "aria-label": say("mustFailing") });
  const panel = h("div", { class: "panel" });
  const inspector = h("section", { class: "inspector" });
  const foot = h("footer", { class: "foot" });
  const live = h("p", { class: "aloud", role: "status", "aria-live": "polite" });
  const uses = h("datalist", { id: "uses" }, ...Object.keys(store.vocabulary.land_uses).map((code) => h("option", { value: code }, useName(code))));
  const right = h("aside", { class: "right" }, h("div", { class: "tabs", role: "tablist" }), panel, inspector);
  const merge = h("dialog", { class: "merge", "aria-labelledby": "merge-title" });
  fill(app, top, left, h("main", { class: "middle" }, h("div", { class: "stage" }, canvas, bar, hint, card), readings, strip), right, foot, live, uses, merge);

  const plan = new PlanMap(canvas);
  const tools = new Tools(plan);
  tools.askPoint = (place, parcel) => askPoint(card, place, parcel, tools);
  tools.askStreet = (line) => askStreet(card, line, tools);
  const zoom = h(
    "div",
    { class: "zoom" },
    h("button", { "data-sign": "+", onclick: () => plan.map.zoomIn() }, h("span", { class: "aloud" }, say("zoomIn"))),
    h("button", { "data-sign": "−", onclick: () => plan.map.zoomOut() }, h("span", { class: "aloud" }, say("zoomOut"))),
    h("button", { "data-act": "3d", "aria-pressed": "false", onclick: () => tilt(plan) }, h("span", { "aria-hidden": "true" }, "3D"), h("span", { class: "aloud" }, say("threeD"))),
  );
  canvas.append(zoom, h("div", { class: "scalebar" }, h("i"), h("span"), h("b", {}, "N ↑")));
  plan.map.on("move", () => drawScale(plan));
  void plan.ready.then(() => {
    drawScale(plan);
    plan.showBeyond(beyond());
  });

  const go = (layer: string, id: string): void => {
    store.select({ layer, id });
    const feature = store.feature(store.selection);
    if (feature) plan.fly(feature);
  };
  const turn = (to: typeof tab): void => {
    tab = to;
    draw.panel();
  };
  const ways: Ways = {
    feature: go,
    rule: (rule) => {
      tab = "verdicts";
      store.choose(rule);
      panel.querySelector(".verdict.chosen")?.scrollIntoView({ block: "center" });
    },
  };
  const tabs = right.firstElementChild as HTMLElement;
  const draw = {
    top: () => drawTop(top, plan),
    left: () => drawLeft(left, plan, ways),
    tools: () => drawTools(bar, hint, tools),
    panel: () => {
      const names = {
        verdicts: say("verdicts"),
        proposals: [say("proposals"), proposed()].filter((one) => one !== null).join(" "),
        compare: say("compare"),
        faults: `${say("faults")} ${store.result.faults.length}`,
        table: say("table"),
      };
      fill(tabs, ...(Object.keys(names) as (keyof typeof names)[]).map((name) => h("button", { role: "tab", "aria-selected": String(tab === name), onclick: () => turn(name) }, names[name])));
      if (tab === "verdicts") drawVerdicts(panel, () => turn("proposals"));
      else if (tab === "proposals") drawProposals(panel, go);
      else if (tab === "compare") drawComparison(panel, go);
      else if (tab === "faults") drawFaults(panel, go);
      else drawTable(panel, searched());
    },
    inspector: () => drawInspector(inspector),
    readings: () => drawReadings(readings),
    strip: () => drawStrip(strip),
    foot: () => drawFoot(foot),
  };
  const all = (): void => Object.values(draw).forEach((one) => one());
  tools.onChange(draw.tools);
  store.listen((topic, answer) => {
    if (topic === "busy") {
      document.documentElement.dataset["busy"] = String(store.busy > 0);
      if (!store.busy) plan.map.triggerRepaint();
      draw.foot();
      draw.tools();
      if (store.notice) live.textContent = store.notice.text;
      return;
    }
    if (topic === "plan") {
      plan.redraw();
      all();
      void store.askOutcomes().catch(() => undefined);
    }
    if (topic === "outcomes") draw.left();
    if (topic === "conflict") drawMerge(merge);
    if (topic === "news" && answer) {
      plan.change(answer.features);
      all();
    }
    if (topic === "verdicts" && answer) {
      plan.change(answer.features);
      const said = andSo(answer);
      live.textContent = said.join(", ");
      drawCard(card, said);
      const edited = answer.features.find((one) => one.feature?.geometry && one.layer === store.selection?.layer) ?? answer.features.find((one) => one.feature?.geometry);
      if (edited?.feature) plan.putBeside(card, edited.feature);
      all();
    }
    if (topic === "selection") {
      draw.inspector();
      if (tab === "table") draw.panel();
    }
    if (topic === "view") {
      draw.readings();
      draw.panel();
    }
    if (topic !== "selection") void plan.ready.then(() => plan.showBeyond(beyond()));
  });
  listen(tools, [
    { key: "/", word: "searchWord", act: () => left.querySelector<HTMLElement>("#search")?.focus() },
    { key: "u", word: "toLandUse", act: () => focusField("land_use") },
    { key: "h", word: "toHeight", act: () => focusField("far") },
    { key: "r", word: "proposals", act: () => turn("proposals") },
    { key: "c", word: "compare", act: () => turn("compare") },
    { key: "l", word: "table", act: () => turn(tab === "table" ? "verdicts" : "table") },
    { key: "n", word: "nextFailing", act: () => nextPlace(1, plan) },
    { key: "p", word: "lastFailing", act: () => nextPlace(-1, plan) },
    { key: "3", word: "threeD", act: () => tilt(plan) },
    { key: "[", word: "foldLeft", act: () => fold(app, "left", plan) },
    { key: "]", word: "foldRight", act: () => fold(app, "right", plan) },
  ]);
  watchProposals(draw.panel, (features) => void plan.ready.then(() => plan.showProposed(features)));
  watchComparison(draw.panel, (other) => void plan.ready.then(() => plan.showOther(other)));
  takeDrops(app);
  all();
  void plan.ready.then(() => store.askOutcomes()).catch(() => undefined);
  listenToOthers();
}

/** A side of the page is folded away, or back. */
function fold(app: Element, side: "left" | "right", plan: PlanMap): void {
  app.classList.toggle(`no-${side}`);
  plan.map.resize();
}

/** To a field of the selection in the inspector. */
function focusField(column: string): void {
  document.querySelector<HTMLInputElement>(`.inspector [data-column="${column}"]`)?.focus();
}

/** Others may edit the same scenario: what they do is asked for while somebody looks at the page. */
function listenToOthers(): void {
  const again = (): void => {
    const asked = document.hidden ? Promise.resolve() : store.hear().catch(() => undefined);
    void asked.finally(() => setTimeout(again, HEAR_MS));
  };
  setTimeout(again, HEAR_MS);
}

/** Every edit answers "and so?": rules that turned, people, capacity. */
function andSo(answer: Answer): string[] {
  const turned = answer.verdicts.filter((one) => {
    const old = store.before.get(`${one.rule} ${one.scope.id}`);
    return old && old.outcome !== one.outcome;
  });
  const said = turned.map((one) => `${one.title}: ${say(one.outcome)}`);
  if (store.carriedBefore !== null && store.carriedBefore !== answer.capacity.residents) {
    said.push(`${say("carries")} ${number(store.carriedBefore, 0)} → ${number(answer.capacity.residents, 0)}`);
  }
  if (answer.affected_residents) said.push(`${number(answer.affected_residents, 0)} ${say("affected")}`);
  return said;
}

function drawCard(card: HTMLElement, said: string[]): void {
  card.hidden = said.length === 0;
  fill(
    card,
    h("ul", {}, ...said.slice(0, 6).map((one) => h("li", {}, one))),
    h("button", { class: "link", onclick: () => void store.undo() }, say("undo")),
    h("button", { class: "link", onclick: () => { card.hidden = true; } }, say("close")),
  );
}

function tilt(plan: PlanMap): void {
  plan.tilt();
  document.querySelector("[data-act='3d']")?.setAttribute("aria-pressed", String(plan.isTilted));
  drawScale(plan);
}

async function savePicture(plan: PlanMap): Promise<void> {
  const picture = await plan.picture();
  if (!picture) return;
  const link = h("a", { href: URL.createObjectURL(picture), download: `${store.state.plan}-${store.state.scenario}.png` });
  link.click();
  URL.revokeObjectURL(link.href);
}

function drawTop(into: Element, plan: PlanMap): void {
  const { state } = store;
  const title = state.title[language()] ?? state.title.en ?? state.plan;
  const pick = h(
    "select",
    { "aria-label": say("scenarios"), onchange: (event: Event) => void store.open({ open: (event.target as HTMLSelectElement).value }) },
    ...Object.keys(state.scenarios).filter((name) => name !== "base").map((name) => h("option", { value: name, selected: name === state.scenario }, store.called(name))),
  );
  const langs = (["zh", "en", "ja"] as Lang[]).map((one) =>
    h("button", { "aria-pressed": String(one === language()), lang: one, onclick: () => { localStorage.setItem("blockplan-lang", one); location.search = `?lang=${one}`; } }, { zh: "中", en: "EN", ja: "日" }[one]),
  );
  fill(
    into,
    h("span", { class: "brand" }, "Blockplan"),
    h("h1", { class: "plan-title", title }, title),
    pick,
    state.synthetic && h("span", { class: "synthetic" }, say("synthetic")),
    h("span", { class: "grow" }),
    h(
      "details",
      { class: "menu" },
      h("summary", {}, say("exportWord")),
      h(
        "ul",
        {},
        ...(["Html", "Pdf", "Zip"] as const).map((kind) => h("li", {}, h("a", { href: api.reportAddress(kind.toLowerCase()), download: "" }, say(`export${kind}`)))),
        h("li", {}, h("button", { class: "link", onclick: () => void savePicture(plan) }, say("exportPng"))),
        h("li", {}, h("label", { class: "link" }, say("openFiles"), h("input", {
          type: "file", multiple: true, class: "aloud", id: "open-files",
          onchange: (event: Event) => void openFiles([...((event.target as HTMLInputElement).files ?? [])].map((one) => [one.name, one])),
        }))), // prettier-ignore
      ),
    ),
    h("div", { class: "langs", role: "group" }, ...langs),
  );
}

function drawTools(bar: Element, hint: HTMLElement, tools: Tools): void {
  fill(
    bar,
    ...TOOLS.map(({ tool, word, key }) =>
      h("button", { "aria-pressed": String(tools.tool === tool), "data-tool": tool, onclick: () => tools.take(tool) }, say(word), h("kbd", {}, key.toUpperCase())),
    ),
    h("button", { disabled: !store.state.can_undo, "data-tool": "undo", "data-sign": "↶ ", onclick: () => void store.undo() }, h("span", { class: "word" }, say("undo")), h("kbd", {}, "Ctrl Z")),
    h("button", { disabled: !store.state.can_redo, "data-tool": "redo", "data-sign": "↷ ", onclick: () => void store.redo() }, h("span", { class: "word" }, say("redo"))),
  );
  hint.textContent = store.notice ? store.notice.text : tools.hint;
  hint.className = store.notice ? `hint ${store.notice.kind}` : "hint";
  hint.hidden = !hint.textContent;
}

function drawScale(plan: PlanMap): void {
  const { pixels, said } = scaleOf(plan.map);
  const box = document.querySelector(".scalebar");
  if (!box) return;
  // A tilted map has another scale, and another north, at each place.
  (box as HTMLElement).hidden = plan.isTilted;
  (box.children[0] as HTMLElement).style.width = `${pixels}px`;
  box.children[1]!.textContent = said;
}

/** Goes to the next place that falls short of the chosen rule, or of the first that fails. */
function nextPlace(step: 1 | -1, plan: PlanMap): void {
  const verdict = store.verdict ?? store.result.verdicts.find((one) => one.outcome === "fail" && one.where.length > 0);
  if (!verdict?.where.length) return;
  const now = verdict.where.findIndex((one) => one.id === store.selection?.id);
  const next = verdict.where[(now + step + verdict.where.length) % verdict.where.length]!;
  store.select({ layer: next.layer, id: next.id });
  const feature = store.feature(store.selection);
  if (feature) plan.fly(feature);
}

void begin();
