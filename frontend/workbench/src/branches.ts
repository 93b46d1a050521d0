// Scenarios as a tree: which came from which, when, how often edited, how their verdicts came out; locks and versions.

import { h } from "../../map/dom";
import { icon, type Sign } from "../../map/icon";
import { store } from "./store";
import { flagged } from "./strip";
import { counted, number, say, scenarioName, when, type Word } from "./words";
import type { Branch, Outcome } from "./types";

const SIGNS: [Outcome, string][] = [["pass", "✓"], ["fail", "×"], ["unknown", "?"]]; // prettier-ignore

/** What can be done with the scenario that is open, by giving it a name or a reason. */
type Naming = "branch" | "version" | "lock";
const NAMING: Record<Naming, { word: Word; field: Word; sign: Sign | null; act: (name: string) => Promise<boolean> }> = {
  branch: { word: "branch", field: "branchName", sign: null, act: (name) => store.open({ branch: name.replace(/\s+/g, "-") }) },
  version: { word: "nameVersion", field: "versionName", sign: "flag", act: (name) => store.keep({ version: name }) },
  lock: { word: "lock", field: "lockWhy", sign: "lock", act: (why) => store.keep({ lock: why }) },
};
/** What is being named. */
let naming: Naming | null = null;
/** The name as far as it is typed: it stays until it is taken. */
let typed = "";

/** The heading of the scenarios, with what can be done with the one that is open. */
export function scenarioActs(again: () => void): HTMLElement[] {
  const { lock, on_notice: held } = store.state;
  const button = (kind: Naming): HTMLElement =>
    h("button", {
      class: "link", id: kind, "aria-expanded": String(naming === kind),
      onclick: () => {
        naming = naming === kind ? null : kind;
        typed = naming === "lock" ? say("handedIn") : "";
        again();
        document.getElementById(`${kind}-name`)?.focus();
      },
    }, NAMING[kind].sign ? icon(NAMING[kind].sign) : "+ ", say(NAMING[kind].word)); // prettier-ignore
  const unlock = h("button", { class: "link", id: "unlock", onclick: () => void store.keep({ unlock: "" }) }, say("unlock"));
  const found = [
    h("h2", {}, say("scenarios"), button("branch")),
    h("p", { class: "scenario-acts" }, button("version"), lock ? !held && unlock : button("lock")),
  ];
  if (!naming || (naming === "lock" && lock)) return found;
  const { field, word, act } = NAMING[naming];
  const name = h("input", { id: `${naming}-name`, required: true, maxlength: 60, "aria-label": say(field), placeholder: say(field), autocomplete: "off", value: typed, oninput: () => { typed = name.value; } });
  const begin = (event: Event): void => {
    event.preventDefault();
    void act(typed.trim()).then((done) => {
      if (done) naming = null;
      again();
    });
  };
  return [...found, h("form", { class: "naming", onsubmit: begin }, name, h("button", { class: "do" }, say(naming === "branch" ? "begin" : word)))];
}

/** The tree, the plan as drawn at its root. */
export function branches(): HTMLElement {
  const known = store.branches;
  const below = (from: string, seen: ReadonlySet<string>): HTMLElement[] =>
    known.filter((one) => one.from === from && !seen.has(one.name)).map((one) => {
      const inside = below(one.name, new Set([...seen, one.name]));
      return h("li", {}, branch(one), inside.length > 0 && h("ul", {}, ...inside));
    }); // prettier-ignore
  return h("ul", { class: "scenarios" }, ...below("", new Set()));
}

function branch(one: Branch): HTMLElement {
  const { name, title, edits } = one;
  const here = name === store.state.scenario;
  const called = scenarioName(name);
  const more = name !== "base" && title && title !== name ? h("small", {}, ` ${title}`) : null;
  const [lock, versions] = here ? [store.state.lock, store.state.versions] : [one.lock, one.versions];
  // The steps of the scenario that is open are those that the page has seen.
  const count = here ? store.state.seq - Number(store.state.history[0]?.kind === "begin") : edits;
  const about = [count ? counted(count, "edits") : "", one.who, one.at && when(one.at)].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: `branch${here ? " chosen" : ""}` },
    h("p", {}, name === "base" ? h("span", {}, called) : h("button", { class: "link", "aria-current": here ? "true" : undefined, onclick: () => void store.open({ open: name }) }, called, more), outcomes(name)),
    lock && h("p", { class: "lock" }, h("span", { title: [lock.who, when(lock.at)].filter(Boolean).join(" · ") }, icon("lock"), `${say("locked")}${say("colon")}${lock.why}`)),
    about && h("small", {}, about),
    here && versionList(versions.map((version) => ({ ...version, steps: store.state.seq - version.seq }))),
  );
}

/** Named versions, the latest first; each is gone back to as one step, which can be undone. */
function versionList(versions: { name: string; at: string; who: string; steps: number }[]): HTMLElement | false {
  return versions.length > 0 && h("ul", { class: "versions" }, ...[...versions].reverse().map((one) =>
    h("li", {},
      h("span", { title: [one.who, when(one.at)].filter(Boolean).join(" · ") }, ...flagged(one.name)),
      one.steps > 0
        ? h("button", { class: "link", onclick: () => void store.back(one.name) }, `${say("goBack")} (−${number(one.steps, 0)})`)
        : h("small", {}, say(one.steps < 0 ? "versionLost" : "asNow"))))); // prettier-ignore
}

/** How many verdicts of a scenario pass, fail and are unknown; nothing where it was not judged yet. */
function outcomes(name: string): HTMLElement | null {
  const known = name === store.state.scenario ? outcomesHere() : store.outcomes.get(name);
  if (!known) return null;
  return h(
    "span",
    { class: "outcomes" },
    ...SIGNS.filter(([outcome]) => known[outcome]).map(([outcome, sign]) =>
      h("b", { class: outcome, title: say(outcome), "data-sign": sign }, number(known[outcome] ?? 0, 0), h("span", { class: "aloud" }, ` ${say(outcome)}`))),
  ); // prettier-ignore
}

function outcomesHere(): Partial<Record<Outcome, number>> {
  const found: Partial<Record<Outcome, number>> = {};
  for (const one of store.result.verdicts) found[one.outcome] = (found[one.outcome] ?? 0) + 1;
  return found;
}
