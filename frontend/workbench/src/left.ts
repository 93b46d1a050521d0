// Left of the map: search, the scenarios with how their verdicts came out, and what the map shows.

import { fill, h } from "../../map/dom";
import { branches, scenarioActs } from "./branches";
import { isSafe, setSafe } from "./colours";
import { fileChoice } from "./dropping";
import { GROUPS, type Group } from "./groups";
import type { PlanMap } from "./map";
import { drawLegend } from "./legend";
import { isPart, key, store } from "./store";
import { idInWords, layerName, nameOf, serviceName, useName } from "./vocabulary";
import { say } from "./words";

/** So many hits are shown; whoever seeks more types more. */
const MOST = 12;

/** What search leads to: a feature, or a rule. */
interface Hit {
  said: string;
  more: string;
  go: () => void;
}

export interface Ways {
  feature: (layer: string, id: string) => void;
  rule: (rule: string) => void;
}

let words = "";
/** What stands in the field of search; the table of parcels shows what it finds. */
export const searched = (): string => words;

/** Without a map yet there is nothing to show and hide on it. */
export function drawLeft(into: Element, plan: PlanMap | null, ways: Ways): void {
  const found = h("ul", { class: "found" });
  const find = (): void => {
    const all = hits(words, ways);
    fill(found, ...all.map((one) => h("li", {}, h("button", { class: "link", onclick: one.go }, one.said, h("small", {}, ` ${one.more}`)))), words.trim() !== "" && !all.length && h("li", { class: "empty" }, say("nothingFound")));
  };
  // Whoever found it by the keyboard goes on with its fields there.
  const take = (): void => {
    const [first] = hits(words, ways);
    first?.go();
    if (first && store.selection) document.querySelector<HTMLElement>(".inspector :is(input, select)")?.focus();
  };
  const search = h("input", {
    type: "search", id: "search", value: words, placeholder: say("search"), "aria-label": say("search"), autocomplete: "off",
    oninput: (event: Event) => { words = (event.target as HTMLInputElement).value; find(); },
    onkeydown: (event: KeyboardEvent) => { if (event.key === "Enter") take(); },
  }); // prettier-ignore
  find();
  const legend = h("ul", { class: "uses", "aria-label": say("legend") });
  drawLegend(legend, plan);
  const again = (): void => drawLeft(into, plan, ways);
  const recolour = (): void => {
    setSafe(!isSafe());
    store.tell("plan");
  };
  fill(
    into,
    search,
    found,
    ...scenarioActs(again),
    branches(),
    h("h2", {}, say("layers"), h("button", { class: "link", onclick: recolour }, isSafe() ? say("officeColours") : say("colourSafe"))),
    plan && h("ul", { class: "groups" }, ...shownGroups().map((group) =>
      h("li", {}, h("label", {}, h("input", { type: "checkbox", checked: plan.isShown(group), onchange: () => { plan.toggle(group); drawLegend(legend, plan); } }), say(group))),
    )),
    legend,
    fileChoice(),
  ); // prettier-ignore
}

/** Groups of layers of which the plan has something to show. */
function shownGroups(): Group[] {
  return (Object.keys(GROUPS) as Group[]).filter((group) => {
    const { sources } = GROUPS[group];
    if (group === "baseMap") return store.state.base_map !== null;
    return sources.length === 0 || sources.some((source) => store.features.get(source)?.size);
  });
}

/** Features and rules by number, name or use: those that begin so before those that hold it. */
function hits(asked: string, ways: Ways): Hit[] {
  const wanted = asked.trim().toLowerCase();
  if (!wanted) return [];
  const found: { rank: number; hit: Hit }[] = [];
  const take = (names: string[], hit: Hit): void => {
    const ranks = names.map((one) => one.toLowerCase()).map((one) => (one === wanted ? 0 : one.startsWith(wanted) ? 1 : one.includes(wanted) ? 2 : 3));
    const rank = Math.min(...ranks);
    if (rank < 3) found.push({ rank, hit });
  };
  for (const one of store.result.verdicts) {
    const where = isPart(one) ? ` ${idInWords(one.scope.id)}` : "";
    take([one.title, one.rule], { said: `${one.title}${where}`, more: say("rule"), go: () => ways.rule(key(one)) });
  }
  for (const [layer, features] of store.features) {
    for (const { id, properties } of features.values()) {
      const use = String(properties["land_use"] ?? "");
      const names = ["name_zh", "name_en", "name_ja"].map((column) => String(properties[column] ?? ""));
      const given = String(properties["land_use_given"] ?? "");
      const service = serviceName(String(properties["service"] ?? ""));
      const name = nameOf(properties);
      const more = [name && id, layerName(layer), useName(use) || service || given].filter(Boolean).join(" · ");
      take([id, ...names, use, useName(use), service, given], { said: name || idInWords(id), more, go: () => ways.feature(layer, id) });
    }
  }
  return found.sort((one, other) => one.rank - other.rank).slice(0, MOST).map(({ hit }) => hit);
}
