// Scenarios side by side: figures on one line each, who gains and who loses and where, land that changes its use; the
// other scenario under a swipe; and features of it taken over.

import { fill, h } from "../../map/dom";
import * as api from "./api";
import { differing } from "./differing";
import { flows } from "./flows";
import { bar } from "./panel";
import { parallel } from "./parallel";
import { isPart, store } from "./store";
import { taking } from "./taking";
import { layerName, nameOf, serviceName } from "./vocabulary";
import { counted, language, number, say, scenarioName, type Word } from "./words";
import type { OtherScenario, Way } from "./map";
import type { Comparison, Layers, Outcome } from "./types";

const SIGN: Record<Outcome, string> = { fail: "×", pass: "✓", unknown: "?", not_applicable: "–" };
const OUTCOMES = ["pass", "fail", "unknown"] as const;

/** Stands for every scenario of the plan at once. */
const ALL = "*";

/** The scenarios that this one is compared with; the first of them lies on the map. */
let others: string[] = [];
let found: Comparison | null = null;
let seen = "";
let redraw: () => void = () => undefined;
let onMap: (other: OtherScenario | null) => void = () => undefined;
let drawn: Layers | null = null;
/** The layers of the scenario that was open when it was compared. */
let here: Layers | null = null;
let way: Way = "swipe";

// Where another scenario is open, or this one anew, what was found is of the one before.
store.listen((topic) => {
  if (topic === "plan" && others.length && store.layers !== here) void choose([]);
});

export function watchComparison(draw: () => void, showOther: (other: OtherScenario | null) => void): void {
  redraw = draw;
  onMap = showOther;
}

function showOnMap(): void {
  onMap(drawn && { layers: drawn, name: comparedWith(), way, changed: found?.changed ?? [], close: () => void choose([]) });
}

/** Where the compared scenario and this one differ, as far as it is drawn here. */
export const changedPlaces = (): { layer: string; id: string }[] => (drawn && found ? found.changed.filter(({ layer, id }) => store.features.get(layer)?.has(id)) : []);

/** Which scenario lies under the swipe; empty where none does. */
export const comparedWith = (): string => others[0] ?? "";

async function choose(names: string[]): Promise<void> {
  others = names;
  here = store.layers;
  found = drawn = null;
  redraw();
  showOnMap();
  if (!names.length) return;
  try {
    const comparison = await api.getCompare(names);
    // What does not differ is drawn as it is here.
    const differing = (): string[] => [...new Set(["parcels", ...comparison.changed.map(({ layer }) => layer)])];
    const layers = names.length > 1 || names[0] === ALL ? null : await api.getLayersOf(names[0]!, differing());
    if (others !== names) return;
    found = comparison;
    seen = store.result.content_hash;
    drawn = layers;
    showOnMap();
  } catch (error) {
    if (others !== names) return;
    others = [];
    store.say(error instanceof Error ? error.message : String(error));
  }
  redraw();
}

/** A list of scenarios to choose one from. */
function choice(id: string, label: string, names: string[], chosen: string, act: (name: string) => void): HTMLElement {
  return h(
    "select",
    { id, "aria-label": label, onchange: (event: Event) => act((event.target as HTMLSelectElement).value) },
    h("option", { value: "" }, label),
    ...names.map((name) => h("option", { value: name, selected: name === chosen }, name === ALL ? say("allScenarios") : store.called(name))),
  );
}

export function drawComparison(into: Element, go: (layer: string, id: string) => void): void {
  const names = Object.keys(store.state.scenarios).filter((name) => name !== store.state.scenario);
  const first = comparedWith();
  const left = names.filter((name) => !others.includes(name));
  const head = h("div", { class: "pick" },
    h("span", {}, `${scenarioName(store.state.scenario)} · ${say("besides")}`),
    choice("compare-with", say("chooseScenario"), names.length > 1 ? [...names, ALL] : names, first, (name) => void choose(name ? [name, ...others.slice(1).filter((one) => name !== ALL && one !== name)] : [])),
    first !== "" && first !== ALL && left.length > 0 && choice("compare-more", `+ ${say("addScenario")}`, left, "", (name) => void choose([...others, name])),
    ...others.slice(1).map((name) => h("button", { onclick: () => void choose(others.filter((one) => one !== name)), "data-sign": "× " }, scenarioName(name))),
    drawn && h("span", { class: "ways", role: "group" }, ...(["swipe", "sideBySide"] as Way[]).map((one) => h("button", { "aria-pressed": String(one === way), onclick: () => { way = one; showOnMap(); redraw(); } }, say(one))))); // prettier-ignore
  if (!first) {
    fill(into, head, h("p", { class: "about" }, say("compareAbout")));
    return;
  }
  if (!found) {
    fill(into, head, h("p", { class: "about", role: "status" }, say("judging")));
    return;
  }
  if (found.columns.length > 2) {
    fill(into, head, again(), parallel(found), figures(found));
    return;
  }
  const called = found.columns.map((one) => scenarioName(one.id));
  fill(
    into,
    head,
    again(),
    tiles(found),
    ...(drawn ? differing(found, drawn, first, go) : []),
    figures(found),
    forAnswer(),
    ...gains(found, go),
    ...flows(found, called),
    ...taking(found, first, go, () => void choose(others)),
  ); // prettier-ignore
}

/** What a reader asks first: how verdicts turn, and who has what nearer or farther. */
function tiles({ columns, gains: some }: Comparison): HTMLElement {
  const counts = columns.map(({ outcomes }, at) => h("span", {}, `${at ? "→ " : ""}${OUTCOMES.filter((one) => outcomes[one]).map((one) => `${SIGN[one]}${outcomes[one]}`).join(" ")}`));
  const isKnown = columns.every((one) => one.residents.central !== null);
  const most = (side: "nearer" | "farther"): [string, string] => {
    const one = [...some].sort((a, b) => b[side] - a[side])[0];
    return one && one[side] > 0 ? [`${say(side)} · ${serviceName(one.to)}`, counted(one[side], "people")] : [say(side), isKnown ? counted(0, "people") : say("unknownValue")];
  };
  const tile = (kind: string, [name, ...value]: [string, ...(string | Node)[]]): HTMLElement => h("li", { class: kind }, h("small", {}, name), h("b", {}, ...value));
  return h("ul", { class: "tiles" }, tile("", [say("verdicts"), counts[0]!, " ", counts[1]!]), tile(some.some((one) => one.farther > 0) ? "farther" : "", most("farther")), tile("", most("nearer")));
}

/** A figure in each scenario, with its sign and bar where a rule asks for something. */
interface Line {
  name: string;
  more: string;
  cells: { said: string; value: number | null; outcome: Outcome | null; bar: HTMLElement | null }[];
  by: string;
  differs: boolean;
  /** What is said before and after the number. */
  around: [string, string];
}

/** How far the second of two values lies from the first; shares in percent points, as fine as they are said, finer where it would read 0. */
function difference(values: (number | null)[], said: string[]): string {
  const [one, two] = values;
  if (values.length !== 2 || one == null || two == null) return "";
  if (said[0] === said[1] || one === two) return "=";
  const isShare = said.every((each) => each.includes("%"));
  const by = (two - one) * (isShare ? 100 : 1);
  const told = Math.max(...said.map((each) => /\.(\d+)/.exec(each)?.[1]?.length ?? 0));
  const decimals = Math.max(told, Math.min(9, -Math.floor(Math.log10(Math.abs(by))))); // no difference reads +0
  return `${by > 0 ? "+" : "−"}${number(Math.abs(by), decimals)}${isShare ? ` ${say("points")}` : ""}`;
}

const alike = (said: string[]): boolean => said.every((one) => one === said[0]);

function lines({ columns, verdicts, measures }: Comparison): Line[] {
  const plain = (name: string, values: (number | null)[]): Line =>
    ({ name, more: "", cells: values.map((one) => ({ said: number(one, 0), value: one, outcome: null, bar: null })), by: difference(values, values.map((one) => number(one, 0))), differs: values.some((one) => one !== null), around: ["", ""] }); // prettier-ignore
  return [
    plain(say("residents"), columns.map((one) => one.residents.central)),
    plain(say("carries"), columns.map((one) => one.capacity)),
    ...(["fail", "unknown", "pass"] as const).map((outcome) => plain(`${SIGN[outcome]} ${say(outcome as Word)}`, columns.map((one) => one.outcomes[outcome] ?? 0))),
    ...verdicts.filter((one) => one.by.some((by) => by.judged && by.outcome !== "not_applicable")).map((one): Line => {
      const said = one.by.map((by) => by.said);
      return {
        name: one.title, more: isPart(one) ? one.scope.id : "",
        cells: one.by.map((by) => ({ said: by.judged ? by.said : "–", value: by.measured, outcome: by.outcome, bar: bar({ measured: by.measured, required: one.required }) })),
        by: difference(one.by.map((by) => by.measured), said), differs: one.differs || !alike(said), around: one.around,
      };
    }), // prettier-ignore
    ...measures.filter((one) => one.rules.length === 0 && one.title !== say("residents")).map((one): Line => {
      const said = one.by.map((by) => by.said);
      return { name: one.title, more: "", cells: one.by.map((by) => ({ said: by.said, value: by.value, outcome: null, bar: null })), by: difference(one.by.map((by) => by.value), said), differs: !alike(said), around: one.around };
    }),
  ];
}

/** Units as short as this stand beside each number. */
const SHORT = 3;

/** A long unit that all values bear (m², per 1,000 residents) and the numbers alone; each as it was said where one says a range. */
function parted({ cells, around: [before, after] }: Line): [string, string[]] {
  const said = cells.map((cell) => cell.said);
  const unit = [after.trim(), before.trim()].filter(Boolean).join(" · ");
  const known = cells.filter(({ value }) => value !== null);
  const isPlain = known.every((cell) => cell.said.startsWith(before) && cell.said.endsWith(after));
  if (unit.length <= SHORT || known.length < 2 || !isPlain) return ["", said];
  return [unit, cells.map((cell) => (known.includes(cell) ? cell.said.slice(before.length, cell.said.length - after.length) : cell.said))];
}

/** Every figure on one line in all scenarios; those that are the same in all are folded, and counted. */
function figures(comparison: Comparison): HTMLElement {
  const { columns } = comparison;
  const pair = columns.length === 2;
  const all = lines(comparison);
  const heads = [say("figure"), ...columns.map((one) => scenarioName(one.id)), ...(pair ? [say("difference")] : [])];
  const row = (one: Line): HTMLElement => {
    const [unit, said] = parted(one);
    return h("tr", {},
      h("th", { scope: "row" }, one.name, (one.more || unit) && h("small", {}, ` ${[one.more, unit].filter(Boolean).join(" · ")}`)),
      ...one.cells.map((cell, at) => h("td", { class: `num ${cell.outcome ?? ""}` }, h("span", { "data-sign": cell.outcome && `${SIGN[cell.outcome]} ` }, cell.outcome && h("span", { class: "aloud" }, `${say(cell.outcome)} `), said[at]!), cell.bar)),
      pair && h("td", { class: "num by" }, one.by)); // prettier-ignore
  };
  const table = (some: Line[]): HTMLElement =>
    h("table", { class: "beside figures-beside" }, h("thead", {}, h("tr", {}, ...heads.map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, ...some.map(row)));
  const isUnknown = ({ cells }: Line): boolean => cells.every(({ said }) => said === say("unknownValue"));
  const same = all.filter((one) => !one.differs).sort((one, other) => Number(isUnknown(one)) - Number(isUnknown(other)));
  return h("div", { class: "broad", tabindex: "0", role: "region", "aria-label": say("compare") },
    table(all.filter((one) => one.differs)),
    same.length > 0 && h("details", {}, h("summary", {}, `${say("sameInAll")} ${same.length}`), table(same))); // prettier-ignore
}

/** Who has what nearer or farther, area by area: from a ring to a dot, the longest way at the right end. */
function gains({ columns, gains: some, gains_by_place: places }: Comparison, go: (layer: string, id: string) => void): HTMLElement[] {
  const title = h("h2", {}, say("whoGains"), some.length > 0 && h("small", {}, `${say("meanDistance")} ○ → ●`));
  if (!some.length) return [title, h("p", { class: "empty" }, say(columns[0]!.residents.central === null ? "noResidents" : "noDifference"))];
  return [title, ...some.map((one) => {
    const here = places.filter(({ to }) => to === one.to);
    const layers = [...new Set(here.map(({ layer }) => layer))];
    const top = Math.max(1, ...here.flatMap(({ old_m, new_m }) => [old_m ?? 0, new_m ?? 0]));
    const at = (metres: number): string => `${(100 * metres) / top}%`;
    const row = ({ layer, id, residents, nearer, farther, old_m, new_m }: (typeof here)[number]): HTMLElement => {
      const feature = id === null ? undefined : store.features.get(layer)?.get(id);
      const called = id === null ? say("outsidePlaces") : (feature && nameOf(feature.properties)) || id;
      const known = old_m !== null && new_m !== null;
      return h("tr", {},
        h("th", { scope: "row" }, feature && id !== null ? h("button", { class: "link", onclick: () => go(layer, id) }, called) : called),
        h("td", { class: "num" }, number(residents, 0)),
        h("td", { class: "moved" }, known && h("div", { class: "moves", "aria-hidden": "true" },
          h("i", { class: new_m > old_m ? "way farther" : "way", style: `left:${at(Math.min(old_m, new_m))};width:${at(Math.abs(new_m - old_m))}` }),
          h("i", { class: "from", style: `left:${at(old_m)}` }), h("i", { class: new_m > old_m ? "to farther" : "to", style: `left:${at(new_m)}` })),
          h("small", {}, `${number(old_m, 0)} → ${number(new_m, 0)} m`)),
        h("td", { class: "num" }, number(nearer, 0)), h("td", { class: "num people" }, number(farther, 0))); // prettier-ignore
    };
    const table = (layer: string): HTMLElement =>
      h("table", { class: "beside gains" },
        h("thead", {}, h("tr", {}, ...[layerName(layer), say("residents"), say("meanDistance"), say("nearer"), say("farther")].map((each) => h("th", { scope: "col" }, each)))),
        h("tbody", {}, ...here.filter((each) => each.layer === layer).map(row))); // prettier-ignore
    const [first, ...rest] = layers;
    return h("section", {},
      h("h3", {}, serviceName(one.to), h("small", {}, ` ${say("nearer")} ${number(one.nearer, 0)} · ${say("farther")} ${number(one.farther, 0)} · ${say("asNear")} ${number(one.same, 0)}`)),
      first !== undefined && table(first),
      ...rest.map((layer) => h("details", {}, h("summary", {}, say("byBlock")), table(layer)))); // prettier-ignore
  })];
}

const again = (): HTMLElement | false =>
  seen !== store.result.content_hash && h("button", { class: "link", onclick: () => void choose(others) }, say("compareAgain"));

/** What the answering desk of a notice takes: lines of changes, and the verdicts that turn, to be copied. */
function forAnswer(): HTMLElement {
  const box = h("div", {});
  const field = (id: string, label: string, text: string): HTMLElement =>
    h("label", { for: id }, label, h("textarea", { id, readonly: true, rows: 4, onfocus: (event: Event) => (event.target as HTMLTextAreaElement).select() }, text));
  const ask = async (): Promise<void> => {
    const { changes, reason } = await api.getForAnswer(comparedWith());
    fill(box, h("p", { class: "about" }, say("forAnswerAbout")), field("answer-changes", say("forAnswerChanges"), changes.join("\n")), field("answer-reason", say("forAnswerReason"), reason[language()]));
  };
  return h("details", { class: "for-answer", ontoggle: (event: Event) => { if ((event.target as HTMLDetailsElement).open) void ask().catch((error: unknown) => store.say(String(error))); } }, h("summary", {}, say("forAnswer")), box); // prettier-ignore
}
