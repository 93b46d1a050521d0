// Two scenarios side by side: verdicts on one line each, who gains and who loses, and the other under a swipe.

import { fill, h } from "../../map/dom";
import * as api from "./api";
import { isPart, store } from "./store";
import { bar } from "./panel";
import { parallel } from "./parallel";
import { areaOf } from "./inspector";
import { columnName, serviceName, useName, valueName } from "./vocabulary";
import { language, number, say, scenarioName, type Word } from "./words";
import type { OtherScenario, Way } from "./map";
import type { Comparison, Feature, Layers, Outcome } from "./types";

const SIGN: Record<Outcome, string> = { fail: "×", pass: "✓", unknown: "?", not_applicable: "–" };

/** Stands for every scenario of the plan at once. */
const ALL = "*";

let other = "";
let found: Comparison | null = null;
let seen = "";
let redraw: () => void = () => undefined;
let onMap: (other: OtherScenario | null) => void = () => undefined;
let drawn: Layers | null = null;
let way: Way = "swipe";

export function watchComparison(draw: () => void, showOther: (other: OtherScenario | null) => void): void {
  redraw = draw;
  onMap = showOther;
}

function showOnMap(): void {
  onMap(drawn && { layers: drawn, name: other, way, changed: found?.changed ?? [] });
}

/** So many of the features that differ are listed at once. */
const FEW = 12;
/** And so many at all. */
const MOST = 200;

/** Where the compared scenario and this one differ, as far as it is drawn here. */
export const changedPlaces = (): { layer: string; id: string }[] => (drawn && found ? found.changed.filter(({ layer, id }) => store.features.get(layer)?.has(id)) : []);

/** Which scenario lies under the swipe; empty where none does. */
export const comparedWith = (): string => other;

async function choose(name: string): Promise<void> {
  other = name;
  found = drawn = null;
  redraw();
  showOnMap();
  if (!name) return;
  try {
    const comparison = await api.getCompare(name);
    // What does not differ is drawn as it is here.
    const differing = (): string[] => [...new Set(["parcels", ...comparison.changed.map(({ layer }) => layer)])];
    const layers = name === ALL ? null : await api.getLayersOf(name, differing());
    if (other !== name) return;
    found = comparison;
    seen = store.result.content_hash;
    drawn = layers;
    showOnMap();
  } catch (error) {
    other = "";
    store.say(error instanceof Error ? error.message : String(error));
  }
  redraw();
}

export function drawComparison(into: Element, go: (layer: string, id: string) => void): void {
  const names = Object.keys(store.state.scenarios).filter((name) => name !== store.state.scenario);
  const pick = h(
    "select",
    { id: "compare-with", onchange: (event: Event) => void choose((event.target as HTMLSelectElement).value) },
    h("option", { value: "" }, say("chooseScenario")),
    ...names.map((name) => h("option", { value: name, selected: name === other }, store.called(name))),
    names.length > 1 && h("option", { value: ALL, selected: other === ALL }, say("allScenarios")),
  );
  const ways = (["swipe", "sideBySide"] as Way[]).map((one) => h("button", { "aria-pressed": String(one === way), onclick: () => { way = one; showOnMap(); redraw(); } }, say(one)));
  const head = h("div", { class: "pick" }, h("label", { for: "compare-with" }, `${scenarioName(store.state.scenario)} · ${say("besides")}`), pick, drawn && h("span", { class: "ways", role: "group" }, ...ways));
  if (!other) {
    fill(into, head, h("p", { class: "about" }, say("compareAbout")));
    return;
  }
  if (!found) {
    fill(into, head, h("p", { class: "about", role: "status" }, say("judging")));
    return;
  }
  if (other === ALL) {
    fill(into, head, again(), parallel(found));
    return;
  }
  const [first, second] = found.columns;
  const differing = found.verdicts.filter((one) => one.differs);
  fill(
    into,
    head,
    again(),
    table(
      [say("figure"), scenarioName(first!.id), scenarioName(second!.id), say("difference")],
      [
        row(say("residents"), first!.residents.central, second!.residents.central),
        row(say("carries"), first!.capacity, second!.capacity),
        ...(["fail", "unknown", "pass"] as Outcome[]).map((outcome) => row(`${SIGN[outcome]} ${say(outcome as Word)}`, first!.outcomes[outcome] ?? 0, second!.outcomes[outcome] ?? 0)),
      ],
    ),
    forAnswer(),
    h("h2", {}, say("differingVerdicts")),
    differing.length === 0
      ? h("p", { class: "empty" }, say("noDifference"))
      : h("ul", { class: "compared" }, ...differing.map((one) => compared(one, [scenarioName(first!.id), scenarioName(second!.id)]))),
    h("h2", {}, say("whoGains")),
    found.gains.length === 0
      ? h("p", { class: "empty" }, say("noDifference"))
      : table(
          [say("nearTo"), say("nearer"), say("farther")],
          found.gains.map((one) => [serviceName(one.to), number(one.nearer, 0), number(one.farther, 0)]),
        ),
    ...landUses([scenarioName(first!.id), scenarioName(second!.id)]),
    h("h2", {}, `${say("changedFeatures")} ${found.changed.length}`),
    h("ul", { class: "flips" }, ...found.changed.slice(0, FEW).map((one) => changed(one, go))),
    found.changed.length > FEW &&
      h("details", {}, h("summary", {}, `${say("moreOfThem")} ${found.changed.length - FEW}`), h("ul", { class: "flips" }, ...found.changed.slice(FEW, MOST).map((one) => changed(one, go))),
        found.changed.length > MOST && h("p", { class: "about" }, `+ ${number(found.changed.length - MOST, 0)} ${say("notListed")}`)),
  ); // prettier-ignore
}

/** A figure in both scenarios, and by how much the second differs. */
function row(name: string, one: number | null, two: number | null, decimals = 0): string[] {
  const [first, second] = [one, two].map((value) => (value === null ? null : Number(value.toFixed(decimals))));
  const by = first === null || second === null ? "" : first === second ? "=" : `${second! > first! ? "+" : "−"}${number(Math.abs(second! - first!), decimals, decimals)}`;
  return [name, number(first, decimals, decimals), number(second, decimals, decimals), by];
}

/** What land uses take in both scenarios, where that differs; the largest difference first. */
function landUses(names: string[]): HTMLElement[] {
  const areas = (features: Iterable<Feature>): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const one of features) {
      const code = String(one.properties["land_use"] ?? "?");
      sums.set(code, (sums.get(code) ?? 0) + (areaOf(one) ?? 0) / 10_000);
    }
    return sums;
  };
  const [there, here] = [areas(drawn?.layers["parcels"]?.features ?? []), areas(store.features.get("parcels")?.values() ?? [])];
  const by = (code: string): number => Math.abs((here.get(code) ?? 0) - (there.get(code) ?? 0));
  const codes = [...new Set([...there.keys(), ...here.keys()])].filter((code) => by(code) >= 0.005).sort((one, two) => by(two) - by(one));
  if (codes.length === 0) return [];
  return [
    h("h2", {}, say("landUse")),
    table([say("figure"), ...names, say("difference")], codes.map((code) => row(`${code} ${useName(code)}`, there.get(code) ?? 0, here.get(code) ?? 0, 2))),
  ]; // prettier-ignore
}

/** A value of a column; of an outline its size (`Polygon 8000.0 m2`). */
function held(layer: string, column: string, value: unknown): string {
  const [, size, unit] = (column === "geometry" && / ([\d.]+) (m2?)$/.exec(String(value))) || [];
  return size ? `${number(Number(size), 1)} ${unit === "m2" ? say("squareMetres") : "m"}` : valueName(layer, column, value);
}

function changed(one: Comparison["changed"][number], go: (layer: string, id: string) => void): HTMLElement {
  const said = one.change !== "changed"
    ? say(one.change === "added" ? "isAdded" : "isGone")
    : one.fields.map((each) => `${each.column === "geometry" ? say("outline") : columnName(one.layer, each.column)} ${held(one.layer, each.column, each.old)} → ${held(one.layer, each.column, each.new)}`).join("; "); // prettier-ignore
  const there = store.features.get(one.layer)?.has(one.id);
  return h("li", {}, there ? h("button", { class: "link", onclick: () => go(one.layer, one.id) }, one.id) : h("span", {}, one.id), h("small", {}, said));
}

/** A rule on one object: what each scenario measures, its bar under it. */
function compared(verdict: Comparison["verdicts"][number], names: string[]): HTMLElement {
  return h(
    "li",
    {},
    h("b", {}, verdict.title, isPart(verdict) && h("small", {}, ` ${verdict.scope.id}`)),
    ...verdict.by.map((one, at) =>
      h(
        "div",
        { class: one.outcome ?? "" },
        h("p", {}, h("small", {}, `${names[at]} `), one.judged ? `${SIGN[one.outcome!]} ${one.said}` : "–"),
        bar({ measured: one.measured, required: verdict.required }),
      ),
    ),
  );
}

const again = (): HTMLElement | false =>
  seen !== store.result.content_hash && h("button", { class: "link", onclick: () => void choose(other) }, say("compareAgain"));

/** What the answering desk of a notice takes: lines of changes, and the verdicts that turn, to be copied. */
function forAnswer(): HTMLElement {
  const box = h("div", {});
  const field = (id: string, label: string, text: string): HTMLElement =>
    h("label", { for: id }, label, h("textarea", { id, readonly: true, rows: 4, onfocus: (event: Event) => (event.target as HTMLTextAreaElement).select() }, text));
  const ask = async (): Promise<void> => {
    const { changes, reason } = await api.getForAnswer(other);
    fill(box, h("p", { class: "about" }, say("forAnswerAbout")), field("answer-changes", say("forAnswerChanges"), changes.join("\n")), field("answer-reason", say("forAnswerReason"), reason[language()]));
  };
  return h("details", { class: "for-answer", ontoggle: (event: Event) => { if ((event.target as HTMLDetailsElement).open) void ask().catch((error: unknown) => store.say(String(error))); } }, h("summary", {}, say("forAnswer")), box); // prettier-ignore
}

function table(heads: string[], rows: string[][]): HTMLElement {
  return h(
    "table",
    { class: "beside" },
    h("thead", {}, h("tr", {}, ...heads.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, ...rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((one) => h("td", { class: "num" }, one))))),
  );
}
