// Features of another scenario taken over: ticked, judged as they would be, then taken; or refused with the reason.

import { fill, h } from "../../map/dom";
import * as api from "./api";
import { cameAndWent, isPart, key, store } from "./store";
import { columnName, idInWords, layerName, valueName } from "./vocabulary";
import { counted, language, number, say, scenarioName } from "./words";
import type { Comparison, Refused, Trial } from "./types";

type Change = Comparison["changed"][number];

/** So many of the features that differ are listed at once. */
const FEW = 12;
/** And so many at all. */
const MOST = 200;
/** So long after the last tick it is judged, ms. */
const PAUSE_MS = 350;

const nameOf = ({ layer, id }: { layer: string; id: string }): string => `${layer}:${id}`;

/** What is ticked and what would come of it, of which two scenarios and which state: kept while others edit. */
const ticked = new Set<string>();
const said = h("div", { class: "trial", role: "status" });
let between = "";
let judged = "";
let boxes = new Map<string, HTMLInputElement>();
let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

const stateNow = (): string => `${store.result.content_hash} ${language()}`;

/** The features that differ; what each is here and there, and a tick to take it over. */
export function taking({ changed }: Comparison, other: string, go: (layer: string, id: string) => void, again: () => void): HTMLElement[] {
  // What has other values stands first: it is what most people look for.
  const listed = [...changed].sort((one, two) => Number(one.change !== "changed") - Number(two.change !== "changed"));
  const tick = (names: Iterable<string>, on = true): void => {
    for (const name of names) {
      if (on) ticked.add(name);
      else ticked.delete(name);
      const box = boxes.get(name);
      if (box) box.checked = on;
    }
    fill(said, ticked.size > 0 && h("p", { class: "about" }, say("judging")));
    judgeSoon();
  };
  const judgeSoon = (): void => {
    clearTimeout(timer);
    asked += 1;
    judged = stateNow();
    if (ticked.size) timer = setTimeout(() => void tryIt(), PAUSE_MS);
  };
  const tryIt = async (): Promise<void> => {
    const mine = asked;
    const only = [...ticked];
    const answer = await api.postTrial(other, only).catch((error: unknown) => error);
    if (mine !== asked) return;
    if (answer instanceof Error) fill(said, h("p", { class: "refused" }, answer.message));
    else if ("refused" in (answer as Trial | Refused)) fill(said, ...refused(answer as Refused, tick));
    else fill(said, ...wouldCome(answer as Trial, only.length, other, () => void store.takePart(other, only).then((done) => { if (done) { tick([...ticked], false); again(); } })));
  }; // prettier-ignore

  const row = (one: Change): HTMLElement => {
    const name = nameOf(one);
    const id = `take-${name}`;
    const box = h("input", { type: "checkbox", id, "aria-label": `${say("takeThese")}${say("colon")}${one.id}`, checked: ticked.has(name), onchange: (event: Event) => tick([name], (event.target as HTMLInputElement).checked) });
    boxes.set(name, box);
    const there = store.features.get(one.layer)?.has(one.id);
    return h("li", {}, box, h("div", {}, there ? h("button", { class: "link", onclick: () => go(one.layer, one.id) }, idInWords(one.id)) : h("span", {}, idInWords(one.id)), h("small", {}, inWords(one))));
  };
  const differing = new Set(changed.map(nameOf));
  const chosen = (): string[] => {
    return store.chosen.map(({ id }) => nameOf({ layer: store.selection!.layer, id })).filter((name) => differing.has(name));
  };
  boxes = new Map();
  const here = `${store.state.scenario} ${other}`;
  const gone = [...ticked].filter((name) => here !== between || !differing.has(name));
  between = here;
  if (gone.length) tick(gone, false);
  else if (ticked.size && judged !== stateNow()) judgeSoon();
  if (!changed.length) return [h("h2", {}, `${say("changedFeatures")} 0`)];
  return [
    h("h2", {}, `${say("changedFeatures")} ${changed.length}`, h("small", {}, `${scenarioName(other)} → ${scenarioName(store.state.scenario)}`)),
    h("p", { class: "about" }, say("takeAbout")),
    h("p", { class: "acts" },
      h("button", { "data-act": "tick-all", onclick: () => tick(changed.map(nameOf)) }, `${say("tickAll")} ${changed.length}`),
      h("button", { "data-act": "tick-selected", onclick: () => tick(chosen()) }, say("tickSelected")),
      h("button", { "data-act": "tick-none", onclick: () => tick([...ticked], false) }, say("tickNone"))),
    said,
    h("ul", { class: "flips taken" }, ...listed.slice(0, FEW).map(row)),
    ...(changed.length > FEW
      ? [h("details", {}, h("summary", {}, `${say("moreOfThem")} ${changed.length - FEW}`), h("ul", { class: "flips taken" }, ...listed.slice(FEW, MOST).map(row)),
          changed.length > MOST && h("p", { class: "about" }, `+ ${number(changed.length - MOST, 0)} ${say("notListed")}`))]
      : []),
  ]; // prettier-ignore
}

/** Why it cannot be taken alone, and what belongs to it. */
function refused({ refused: why, together }: Refused, tick: (names: Iterable<string>) => void): HTMLElement[] {
  return [
    h("p", { class: "refused", "data-sign": "× " }, why),
    ...(together.length ? [h("button", { "data-act": "tick-together", onclick: () => tick(together) }, `${say("tickTogether")}${say("colon")}${together.length}`)] : []),
  ];
}

/** Which verdicts would move, how many people the plan would carry, which faults would come. */
function wouldCome(answer: Trial, count: number, other: string, act: () => void): HTMLElement[] {
  const moved = answer.verdicts.map((one) => {
    const before = store.result.verdicts.find((each) => key(each) === key(one));
    const turned = before !== undefined && before.outcome !== one.outcome;
    const [was, will] = [before?.said.measured, one.said.measured];
    const title = isPart(one) ? `${one.title} ${one.scope.id}` : one.title;
    return { turned, moved: turned || was !== will, said: `${title}${say("colon")}${was === undefined || was === will ? "" : `${was} → `}${will}${turned ? `, ${say(one.outcome)}` : ""}`, outcome: one.outcome };
  }).filter((one) => one.moved).sort((a, b) => Number(b.turned) - Number(a.turned)); // prettier-ignore
  const away = new Set(answer.gone_verdicts.map(key));
  const gone = store.result.verdicts.filter((one) => away.has(key(one)));
  const [faults] = cameAndWent(answer.faults);
  const carried = store.result.capacity.residents;
  return [
    h("p", {}, h("b", {}, say("wouldCome")), moved.length + gone.length === 0 && ` ${say("turnsNothing")}`),
    h("ul", {}, ...moved.map((one) => h("li", { class: one.turned ? one.outcome : "" }, one.said)),
      ...gone.map((one) => h("li", {}, `${one.title}${say("colon")}${say("noMore")}`)),
      carried !== answer.capacity.residents && h("li", {}, `${say("carries")} ${number(carried, 0)} → ${number(answer.capacity.residents, 0)}`),
      faults.length > 0 && h("li", { class: "fail" }, `${counted(faults.length, "newFaults")}${say("colon")}${faults.slice(0, 3).map((one) => [layerName(one.layer), one.id && idInWords(one.id)].filter(Boolean).join(" ")).join(", ")}`)),
    h("button", { class: "do", "data-act": "take-part", onclick: act }, `${say("takeThese")} ${number(count, 0)} ← ${scenarioName(other)}`),
  ]; // prettier-ignore
}

function inWords(one: Change): string {
  if (one.change !== "changed") return `${layerName(one.layer)} · ${say(one.change === "added" ? "isAdded" : "isGone")}`;
  return one.fields.map((each) => {
    const [was, now] = [each.old, each.new].map((value) => held(one.layer, each.column, value));
    if (each.column !== "geometry") return `${columnName(one.layer, each.column)} ${was} → ${now}`;
    // A point has no size, and an outline may change without it.
    return isSized(each.old) && isSized(each.new) && was !== now ? `${say("outline")} ${was} → ${now}` : say(isPointText(each.new) ? "isMoved" : "isReshaped");
  }).join(say("between")); // prettier-ignore
}

const SIZED = / ([\d.]+) (m2?)$/;
const isSized = (value: unknown): boolean => SIZED.test(String(value));
const isPointText = (value: unknown): boolean => String(value).startsWith("POINT");

/** A value of a column; of an outline its size (`Polygon 8000.0 m2`). */
function held(layer: string, column: string, value: unknown): string {
  const [, size, unit] = (column === "geometry" && SIZED.exec(String(value))) || [];
  return size ? `${number(Number(size), 1)} ${unit === "m2" ? say("squareMetres") : "m"}` : valueName(layer, column, value);
}
