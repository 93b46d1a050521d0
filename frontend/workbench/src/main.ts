// The workbench: the page is laid out once, and each part is drawn anew when what it shows has changed.

import "./style.css";
import * as api from "./api";
import { isSafe, setSafe, colourOf } from "./colours";
import { fill, h } from "../../map/dom";
import { scaleOf } from "../../map/scale";
import { drawComparison, watchComparison } from "./compare";
import { drawMerge } from "./merge";
import { drawInspector, drawTable } from "./inspector";
import { GROUPS, PlanMap } from "./map";
import { beyond, drawFaults, drawReadings, drawVerdicts } from "./panel";
import { zipped } from "./pack";
import { drawProposals, proposed, watchProposals } from "./proposals";
import { store } from "./store";
import { Tools, TOOLS } from "./tools";
import { layerName, nameOf, serviceName, services, useName } from "./vocabulary";
import { language, number, say, setLanguage, type Word } from "./words";
import type { Answer, Lang, Place, Step } from "./types";

const chosenLang = (): Lang => {
  const asked = new URLSearchParams(location.search).get("lang") ?? document.documentElement.dataset["lang"] ?? localStorage.getItem("blockplan-lang") ?? navigator.language.slice(0, 2);
  return asked === "zh" || asked === "ja" ? asked : "en";
};

/** So long after an answer it is asked again what others did. */
const HEAR_MS = 2000;

let tab: "verdicts" | "proposals" | "compare" | "faults" | "table" = "verdicts";
let filter = "";
let verified: boolean | null = null;

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
  tools.askFacility = (place) => askFacility(card, place, tools);
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
  const tabs = right.firstElementChild as HTMLElement;
  const draw = {
    top: () => drawTop(top, plan),
    left: () => drawLeft(left, plan, go),
    tools: () => drawTools(bar, hint, tools),
    panel: () => {
      const names = {
        verdicts: say("verdicts"),
        proposals: [say("proposals"), proposed()].filter((one) => one !== null).join(" "),
        compare: say("compare"),
        faults: `${say("faults")} ${store.result.faults.length}`,
        table: say("table"),
      };
      fill(tabs, ...(Object.keys(names) as (keyof typeof names)[]).map((name) => h("button", { role: "tab", "aria-selected": String(tab === name), onclick: () => { tab = name; draw.panel(); } }, names[name])));
      if (tab === "verdicts") drawVerdicts(panel, () => { tab = "proposals"; draw.panel(); });
      else if (tab === "proposals") drawProposals(panel, go);
      else if (tab === "compare") drawComparison(panel, go);
      else if (tab === "faults") drawFaults(panel, go);
      else drawTable(panel, filter);
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
      verified = null;
      all();
    }
    if (topic === "conflict") drawMerge(merge);
    if (topic === "news" && answer) {
      verified = null;
      plan.change(answer.features);
      all();
    }
    if (topic === "verdicts" && answer) {
      verified = null;
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
  keys(tools, plan, draw.panel);
  watchProposals(draw.panel, (features) => void plan.ready.then(() => plan.showProposed(features)));
  watchComparison(draw.panel, (layers) => void plan.ready.then(() => plan.swipe(layers)));
  takeDrops(app);
  all();
  listenToOthers();
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

function askFacility(card: HTMLElement, place: Place, tools: Tools): void {
  const service = h("select", { id: "new-service" }, ...services().map((one) => h("option", { value: one }, serviceName(one))));
  const taken = store.features.get("facilities");
  let count = (taken?.size ?? 0) + 1;
  while (taken?.has(`F-${count}`)) count += 1;
  const id = h("input", { id: "new-id", value: `F-${count}` });
  card.hidden = false;
  fill(
    card,
    h("label", {}, say("service"), service),
    h("label", {}, say("id"), id),
    h("button", {
      class: "do",
      onclick: () => {
        card.hidden = true;
        void store
          .edit([{ op: "add", layer: "facilities", row: { facility_id: id.value, service: service.value, status: "planned" }, geometry: { type: "Point", coordinates: place } }])
          .then((answer) => { if (answer) { tools.take("select"); store.select({ layer: "facilities", id: id.value }); } });
      },
    }, say("add")),
    h("button", { class: "link", onclick: () => { card.hidden = true; } }, say("cancel")),
  ); // prettier-ignore
  service.focus();
}

function tilt(plan: PlanMap): void {
  plan.tilt();
  document.querySelector("[data-act='3d']")?.setAttribute("aria-pressed", String(plan.isTilted));
  drawScale(plan);
}

/** What is dropped on the window is opened in the place of the plan: files, and folders with all that they hold. */
function takeDrops(app: Element): void {
  const veil = h("p", { class: "veil", hidden: true }, say("dropHere"));
  app.append(veil);
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    veil.hidden = true;
    const entries = [...(event.dataTransfer?.items ?? [])].map((one) => one.webkitGetAsEntry()).filter((one) => one !== null);
    void Promise.all(entries.map((one) => within(one))).then((found) => void openFiles(found.flat()));
  });
}

async function within(entry: FileSystemEntry): Promise<[string, File][]> {
  const name = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    return [[name, await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: [string, File][] = [];
  // A reader gives a hundred entries at most, and none when it has given all.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

/** More files than this go as one zip. */
const FEW = 10;

async function openFiles(files: [string, File][]): Promise<void> {
  if (files.length === 0) return;
  const form = new FormData();
  const sent: [string, Blob][] = files.length > FEW ? [[`${folderOf(files)}.zip`, await zipped(files)]] : files;
  for (const [name, file] of sent) {
    form.append("name", name);
    form.append("file", file, name.split("/").at(-1));
  }
  void store.drop(form);
}

/** The folder that the files lie in. */
function folderOf(files: [string, File][]): string {
  const [first, ...rest] = new Set(files.map(([name]) => (name.includes("/") ? name.split("/")[0]! : "")));
  return rest.length || !first ? "plan" : first;
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
    ...Object.entries(state.scenarios).filter(([name]) => name !== "base").map(([name, said]) => h("option", { value: name, selected: name === state.scenario }, said && said !== name ? `${name} · ${said}` : name)),
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

function drawLeft(into: Element, plan: PlanMap, go: (layer: string, id: string) => void): void {
  const found = h("ul", { class: "found" });
  const search = h("input", {
    type: "search",
    id: "search",
    value: filter,
    placeholder: say("search"),
    "aria-label": say("search"),
    oninput: (event: Event) => {
      filter = (event.target as HTMLInputElement).value;
      fill(found, ...hits(filter).map((one) => h("li", {}, h("button", { class: "link", onclick: () => go(one.layer, one.id) }, one.id, h("small", {}, ` ${one.said}`)))));
    },
  });
  const scenarios = Object.entries(store.state.scenarios).map(([name, said]) =>
    h("li", { class: name === store.state.scenario ? "chosen" : "" }, name === "base"
      ? h("span", {}, say("asDrawn"))
      : h("button", { class: "link", onclick: () => void store.open({ open: name }) }, name, said && said !== name && h("small", {}, ` ${said}`))),
  ); // prettier-ignore
  const groups = (Object.keys(GROUPS) as Word[]).map((group) =>
    h("li", {}, h("label", {}, h("input", { type: "checkbox", checked: plan.isShown(group), onchange: () => void plan.toggle(group) }), say(group))),
  );
  const used = [...new Set([...(store.features.get("parcels")?.values() ?? [])].map((one) => String(one.properties["land_use"] ?? "")))].filter(Boolean).sort();
  fill(
    into,
    search,
    found,
    h("h2", {}, say("scenarios"), h("button", { class: "link", onclick: () => { const name = prompt(say("branchName")); if (name) void store.open({ branch: name }); } }, `+ ${say("branch")}`)),
    h("ul", { class: "scenarios" }, ...scenarios),
    h("h2", {}, say("layers"), h("button", { class: "link", onclick: () => { setSafe(!isSafe()); plan.redraw(); drawLeft(into, plan, go); } }, isSafe() ? say("officeColours") : say("colourSafe"))),
    h("ul", { class: "groups" }, ...groups),
    h("ul", { class: "uses" }, ...used.map((code) => h("li", {}, h("i", { style: `background:${colourOf(code)}` }), `${code} ${useName(code)}`))),
  );
}

function hits(words: string): { layer: string; id: string; said: string }[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const found: { layer: string; id: string; said: string }[] = [];
  for (const [layer, features] of store.features) {
    for (const feature of features.values()) {
      const names = ["name_zh", "name_en", "name_ja", "land_use"].map((column) => String(feature.properties[column] ?? ""));
      if ([feature.id, ...names].some((one) => one.toLowerCase().includes(wanted))) {
        found.push({ layer, id: feature.id, said: [layerName(layer), nameOf(feature.properties)].filter(Boolean).join(" · ") });
        if (found.length >= 12) return found;
      }
    }
  }
  return found;
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

function drawStrip(into: Element): void {
  const steps = store.state.history.slice(-60);
  // A step that was taken up from the log was not judged again: its count is not known.
  const fails = (one: Step): number | null => one.must?.fail ?? null;
  const top = Math.max(1, ...steps.map((one) => fails(one) ?? 0));
  fill(
    into,
    h("b", {}, say("mustFailing")),
    steps.length === 0
      ? h("span", { class: "empty" }, say("noSteps"))
      : h(
          "ol",
          {},
          ...steps.map((one) =>
            h("li", { class: one.kind, title: `${one.seq} · ${one.at.slice(0, 19)} · ${one.kind === "outside" ? say("outsideStep") : one.edits.map((edit) => [edit["op"], edit["id"] ?? edit["ids"], edit["column"], edit["value"]].filter((part) => part !== undefined).join(" ")).join("; ") || one.kind}` },
              h("i", { class: fails(one) === null ? "unknown" : fails(one) ? "fail" : "pass", style: `height:${4 + (26 * (fails(one) ?? 0)) / top}px` }), h("small", {}, String(fails(one) ?? "?"))),
          ),
        ), // prettier-ignore
  );
}

function drawFoot(into: Element): void {
  const { state, last, result } = store;
  const same = verified === null ? null : verified ? say("same") : say("notSame");
  fill(
    into,
    h("span", { class: "saved" }, store.busy ? say("judging") : state.saved ? `✓ ${say("saved")}` : say("saving")),
    last && h("span", {}, `${say("judged")} ${number(last.ms, 0)} ms`),
    h("button", { class: "link", onclick: () => void api.getVerify().then(({ same: ok }) => { verified = ok; drawFoot(into); }) }, same ?? say("verify")),
    h("span", {}, `${say("faults")} ${result.faults.length}`),
    h("span", { class: "grow" }),
    h("span", {}, `${result.packs.join(", ")} · ${result.on}`),
    h("span", {}, state.crs),
    h("span", { class: "hash", title: result.content_hash }, result.content_hash.slice(0, 12)),
  ); // prettier-ignore
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

function keys(tools: Tools, plan: PlanMap, redraw: () => void): void {
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !inField) {
      event.preventDefault();
      void (event.shiftKey ? store.redo() : store.undo());
      return;
    }
    if (event.key === "Escape") tools.cancel();
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = TOOLS.find((one) => one.key === event.key.toLowerCase());
    if (tool) tools.take(tool.tool);
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("search")?.focus();
    } else if (event.key === "Enter") void tools.finish();
    else if (event.key === "l") {
      tab = tab === "table" ? "verdicts" : "table";
      redraw();
    } else if (event.key === "3") tilt(plan);
    else if (event.key === "r" || event.key === "c") {
      tab = event.key === "r" ? "proposals" : "compare";
      redraw();
    } else if (event.key === "n" || event.key === "p") nextPlace(event.key === "n" ? 1 : -1, plan);
  });
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
