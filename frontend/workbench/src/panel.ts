// The panel of verdicts: each bar is scaled to its own limit, so that all limits stand on one vertical line.

import * as api from "./api";
import { fill, h } from "../../map/dom";
import { isPart, key, store } from "./store";
import { faultInWords, faultTitle, forceName, idInWords, layerName, nameOf, packName, partInWords, readingInShort, readingName, useName } from "./vocabulary";
import { counted, number, say } from "./words";
import type { Fault, Outcome, Verdict } from "./types";

export const SIGN: Record<Outcome, string> = { fail: "×", pass: "✓", unknown: "?", not_applicable: "–" };
/** Where the requirement stands on every bar, as a share of its width. */
const LINE = 0.62;
const ORDER: Record<Outcome, number> = { fail: 0, unknown: 1, pass: 2, not_applicable: 3 };

/** What a bar is drawn of. */
export type Judged = Pick<Verdict, "measured" | "required">;

/** How far a value is along its bar, the requirement being 1; null where there is nothing to show. */
export function along({ measured, required }: Judged): number | null {
  if (measured === null || !required || required.value === null) return null;
  const [low, high] = Array.isArray(required.value) ? required.value : [required.value, required.value];
  if (required.op === "<=" || required.op === "<") return measured > 0 ? Math.min(high / measured, 1.55) : 1.55;
  if (required.op === ">=" || required.op === ">") return low > 0 ? Math.min(measured / low, 1.55) : measured >= low ? 1.55 : 0;
  if (measured < low) return low > 0 ? measured / low : 0;
  return measured > high && measured > 0 ? high / measured : 1;
}

/** A bar on which the requirement stands at the same place for every rule; null where there is nothing to show. */
export function bar(judged: Judged, before?: Judged): HTMLElement | null {
  const now = along(judged);
  if (now === null) return null;
  const was = before && before.measured !== judged.measured ? along(before) : null;
  const at = (share: number): string => `${Math.min(100, Math.max(0, share * LINE * 100))}%`;
  const low = Math.min(now, 1);
  return h(
    "div",
    { class: "bar", "aria-hidden": "true" },
    h("i", { class: "have", style: `width:${at(low)}` }),
    now < 1 && h("i", { class: "short", style: `left:${at(now)};width:${at(1 - now)}` }),
    now > 1 && h("i", { class: "spare", style: `left:${at(1)};width:${at(now - 1)}` }),
    h("i", { class: "line", style: `left:${at(1)}` }),
    was !== null && h("i", { class: "was", style: `left:${at(was)}` }),
  );
}

/** Planned land that no parcel covers. */
const GAP = "pq-cover";
/** So many places are listed at once; the others are unfolded. */
const FEW = 8;

export interface VerdictWays {
  toProposals: () => void;
  feature: (layer: string, id: string) => void;
}

function row(verdict: Verdict, ways: VerdictWays): HTMLElement {
  const old = store.before.get(key(verdict));
  const turned = hasTurned(verdict);
  const moved = old !== undefined && old.measured !== verdict.measured;
  const people = verdict.outcome === "fail" && verdict.affected_residents ? verdict.affected_residents : null;
  const rule = key(verdict);
  const chosen = rule === store.chosenRule;
  const mends = verdict.outcome === "fail" && verdict.force === "must";
  const measure = bar(verdict, old);
  return h(
    "li",
    { class: `verdict ${verdict.outcome}${chosen ? " chosen" : ""}` },
    h(
      "button",
      { class: "row", id: `v-${rule}`, "data-rule": verdict.rule, "aria-pressed": String(chosen), onclick: () => store.choose(chosen ? null : rule) },
      h("span", { class: "sign", "data-sign": SIGN[verdict.outcome], title: say(verdict.outcome) }, h("span", { class: "aloud" }, `${say(verdict.outcome)}${say("colon")}`)),
      h("span", { class: "title" }, verdict.title, isPart(verdict) && h("small", {}, ` ${partInWords(verdict)}`), turned && h("b", { class: "new" }, say("isNew"))),
      people !== null && h("span", { class: "people" }, counted(people, "people")),
    ),
    (measure || mends) && h("div", { class: "measure" }, measure, mends && h("button", { "data-act": "mend", onclick: ways.toProposals }, say("proposeShort"))),
    h(
      "p",
      { class: "figures" },
      moved && h("s", {}, old.said.measured),
      moved && " → ",
      h("b", {}, verdict.said.measured),
      " ",
      verdict.required && verdict.required.value !== null && `${say("asks")} ${verdict.said.required}`,
      verdict.force !== "must" && h("span", { class: "force" }, ` · ${forceName(verdict)}`),
    ),
    verdict.outcome === "fail" && verdict.remedy && h("p", { class: "mend" }, verdict.remedy.text),
    verdict.outcome === "unknown" && verdict.said.missing.length > 0 && h("p", { class: "mend" }, verdict.said.missing.slice(0, 3).join(say("between"))),
    chosen && about(verdict, ways),
  );
}

/** Who and where, in the order of the map's `N` and `P`; then what the verdict rests on. */
function about(verdict: Verdict, ways: VerdictWays): HTMLElement {
  const many = verdict.where.length;
  // Beyond what the service puts into words nothing is listed but how many there are.
  const places = verdict.where.slice(0, verdict.said.places.length).map((one, at) => {
    const feature = store.features.get(one.layer)?.get(one.id);
    const own = feature?.properties ?? {};
    const residents = typeof own["residents"] === "number" ? counted(own["residents"], "people") : "";
    const use = String(own["land_use"] ?? "");
    const what = nameOf(own) || (use && useName(use)) || layerName(one.layer);
    return h("li", {},
      feature ? h("button", { class: "link", id: `w-${one.layer}-${one.id}`, onclick: () => ways.feature(one.layer, one.id) }, idInWords(one.id)) : h("span", {}, idInWords(one.id)),
      h("small", {}, what), h("span", {}, [verdict.said.places[at] ?? "", residents].filter(Boolean).join(" · "))); // prettier-ignore
  });
  const said = [...verdict.notes, `${packName(verdict.pack)} · ${forceName(verdict)}`];
  return h(
    "div",
    { class: "about-verdict" },
    many > 0 && h("h2", {}, `${say("whoWhere")} ${number(many, 0)}`),
    h("ul", { class: "places" }, ...places.slice(0, FEW)),
    places.length > FEW && h("details", {}, h("summary", {}, `${say("moreOfThem")} ${number(many - FEW, 0)}`), h("ul", { class: "places" }, ...places.slice(FEW)),
      many > places.length && h("p", { class: "note" }, `+ ${number(many - places.length, 0)} ${say("notListed")}`)), // prettier-ignore
    ...said.map((one) => h("p", { class: "note" }, one)),
  );
}

/** Whether the last step turned a verdict. */
const hasTurned = (verdict: Verdict): boolean => (store.before.get(key(verdict))?.outcome ?? verdict.outcome) !== verdict.outcome;

/** The verdicts, those that fall short first, of them what the last step turned, and must rules before aims; a failing rule leads to the proposals where a search can run. */
export function drawVerdicts(into: Element, ways: VerdictWays): void {
  const verdicts = [...store.result.verdicts].sort((a, b) => ORDER[a.outcome] - ORDER[b.outcome] || Number(hasTurned(b)) - Number(hasTurned(a)) || Number(a.force !== "must") - Number(b.force !== "must"));
  const count = (outcome: Outcome): number => verdicts.filter((one) => one.outcome === outcome).length;
  const judged = verdicts.filter((one) => one.outcome !== "not_applicable");
  const chips = (["fail", "unknown", "pass"] as const)
    .filter((outcome) => count(outcome))
    .map((outcome) => h("span", { class: `chip ${outcome}` }, `${SIGN[outcome]} ${count(outcome)} ${say(outcome)}`));
  fill(
    into,
    carries(),
    !store.result.packs.length ? withoutPacks() : judged.length > 0
      ? h("div", { class: "chips" }, ...chips, h("span", { class: "legend" }, say("required")))
      : h("p", { class: "empty" }, say("noneApplies")),
    needs(judged),
    h("ul", { class: "verdicts" }, ...judged.map((one) => row(one, ways))),
  );
}

/** Whether what is missing is unfolded; until somebody folds it, it is where most verdicts wait for something. */
let unfolded: boolean | null = null;

/** What is missing, and how many verdicts wait for it; null where not even two wait. */
function needs(judged: Verdict[]): HTMLElement | null {
  const unknown = judged.filter((one) => one.outcome === "unknown");
  const waiting = new Map<string, { n: number; ids: Set<string>; all: boolean; more: boolean }>();
  for (const { said, ids, more } of unknown.flatMap((one) => one.said.needs)) {
    const need = waiting.get(said) ?? { n: 0, ids: new Set(), all: false, more: false };
    waiting.set(said, { n: need.n + 1, ids: new Set([...need.ids, ...ids]), all: need.all || !ids.length, more: need.more || more > 0 });
  }
  if (unknown.length < 2 || waiting.size === 0) return null;
  const most = [...waiting].sort(([, a], [, b]) => b.n - a.n);
  const lacking = (ids: string[], more: boolean): string => ids.slice(0, 3).map(idInWords).join(say("listed")) + (more || ids.length > 3 ? "…" : "");
  const list = h("ul", {}, ...most.map(([need, { n, ids, all, more }]) =>
    h("li", {}, h("span", {}, need, !all && h("small", {}, ` ${lacking([...ids], more)}`)), h("b", {}, counted(n, "waiting"))))); // prettier-ignore
  const fold = h("summary", {}, say("whatIsMissing"));
  fold.addEventListener("click", () => { unfolded = !folds.open; }); // prettier-ignore
  const folds = h("details", { class: "needs", open: unfolded ?? unknown.length * 2 > judged.length }, fold, list);
  return folds;
}

/** The packs that there are, once they were asked for, and which are ticked. */
let offered: { id: string; title: string }[] | null = null;
let asking: Promise<void> | null = null;
let refused: string | null = null;
const ticked = new Set<string>();

/** No rule judges: it is said, and packs are offered where they can be chosen. */
function withoutPacks(): HTMLElement {
  const said = h("section", { class: "no-packs" }, h("p", {}, say("noPacks")));
  if (!store.state.choose_packs) return said;
  if (refused !== null) {
    const again = (): void => {
      [refused, asking] = [null, null];
      said.replaceWith(withoutPacks());
    };
    said.append(h("p", { class: "refused", role: "alert" }, refused), h("button", { onclick: again }, say("tryAgain")));
    return said;
  }
  const judge = h("button", { class: "primary", disabled: ticked.size === 0, onclick: () => void store.judgeBy([...ticked]) }, say("judgeByThese"));
  const tick = (id: string): void => {
    if (!ticked.delete(id)) ticked.add(id);
    judge.disabled = ticked.size === 0;
  };
  const ticks = (offered ?? []).map(({ id, title }) => h("label", {}, h("input", { type: "checkbox", id: `pack-${id}`, checked: ticked.has(id), onchange: () => tick(id) }), ` ${title}`));
  const list = h("fieldset", {}, h("legend", {}, say("choosePacks")), ...ticks);
  if (!offered) {
    asking ??= api.getPacks().then(
      ({ packs }) => { offered = packs; }, // prettier-ignore
      ({ message, remedy }: api.Refusal) => { refused = [message, remedy].filter(Boolean).join(" ") || say("noAnswer"); }, // prettier-ignore
    );
    void asking.then(() => said.isConnected && said.replaceWith(withoutPacks()));
  }
  said.append(list, judge);
  return said;
}

function carries(): HTMLElement | null {
  if (!store.result.packs.length) return null;
  const { capacity, residents, verdicts } = store.result;
  const titleOf = (rule: string | null): string | undefined => verdicts.find((one) => one.rule === rule)?.title;
  const title = titleOf(capacity.binding_rule);
  const planned = residents.central;
  if (Object.keys(capacity.by_rule).length === 0) {
    return h("section", { class: "carries" }, h("p", {}, say("noLimit")), planned !== null && h("p", { class: "planned-people" }, `${say("planned")} ${number(planned, 0)}`));
  }
  const next = Object.entries(capacity.by_rule).filter((one): one is [string, number] => one[1] !== null && one[0] !== capacity.binding_rule).sort((one, other) => one[1] - other[1]);
  const top = Math.max(capacity.residents ?? 0, planned ?? 0, ...Object.values(capacity.by_rule).map((one) => one ?? 0), 1) * 1.05;
  const at = (value: number): string => `${(100 * value) / top}%`;
  const changed = store.carriedBefore !== null && store.carriedBefore !== capacity.residents;
  const tooMany = capacity.residents !== null && planned !== null && capacity.residents < planned ? " fail" : "";
  const people = planned !== null && `${say("planned")} ${number(planned, 0)}`;
  // Over its mark, on the side of it that has more room.
  const side = planned !== null && (planned > top / 2 ? `width:${at(planned)};text-align:end` : `margin-inline-start:${at(planned)}`);
  return h(
    "section",
    { class: "carries", "aria-label": say("carries") },
    h("p", {}, `${say("carries")} `, h("b", {}, capacity.residents === null ? say("unknownValue") : number(capacity.residents, 0)), capacity.residents !== null && ` ${say("people")}`),
    changed && h("p", { class: "was-people" }, h("s", {}, number(store.carriedBefore, 0))),
    title && h("p", { class: `short-of${tooMany}` }, `${say("firstShort")}${say("colon")}${title}`),
    people && (capacity.residents === null ? h("p", { class: "planned-people" }, people) : h("p", { class: `planned-people at-mark${tooMany}`, style: side }, people)),
    capacity.residents !== null &&
      h(
        "div",
        { class: "scale", "aria-hidden": "true" },
        h("i", { class: "have", style: `width:${at(capacity.residents)}` }),
        ...Object.entries(capacity.by_rule).map(([rule, value]) => value !== null && h("i", { class: "tick", title: `${titleOf(rule) ?? rule} ${number(value, 0)}`, style: `left:${at(value)}` })),
        planned !== null && h("i", { class: `planned${tooMany}`, style: `left:${at(planned)}` }),
      ),
    next.length > 0 && h("p", { class: "planned-people" }, `${say(capacity.residents === null ? "atMost" : "then")} ${next.slice(0, 2).map(([rule, value]) => `${titleOf(rule) ?? rule} ${number(value, 0)}`).join(" · ")}`),
  );
}

/** The readings of the chosen verdict, from the kindest to the strictest; the one that judges is marked. */
export function drawReadings(into: HTMLElement): void {
  const verdict = store.verdict;
  const known = verdict?.readings.filter((one) => one.share !== null) ?? [];
  into.hidden = true;
  if (!verdict || verdict.measured === null) return;
  const people = store.result.residents.central;
  // A reading that answers everywhere as the one that judges is that one.
  const judging = known.find((one) => one.share === verdict.measured && one.changed.length === 0);
  const steps = [{ id: "", share: verdict.measured }, ...known.filter((one) => one !== judging)].sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  // One reading alone is no choice.
  into.hidden = steps.length < 2;
  if (into.hidden) return;
  const inWords = (id: string): string => (id ? readingName(id) : `◆ ${judging ? readingName(judging.id) : ""}`);
  const chosen = steps.findIndex((one) => one.id === (store.chosenReading ?? ""));
  const beyond = (share: number | null): string =>
    share === null ? say("unknownValue") : people === null ? `${number((1 - share) * 100, 1)}%` : number((1 - share) * people, 0);
  fill(
    into,
    h("p", { class: "said" }, h("b", {}, say("beyond")), h("small", {}, `${steps.length} ${say("readings")} · ${say("judges")}`)),
    h(
      "div",
      { class: "slide", style: `--steps:${steps.length}` },
      h("input", {
        type: "range", min: 0, max: steps.length - 1, step: 1, value: Math.max(0, chosen), "aria-label": say("beyond"),
        "aria-valuetext": `${inWords(steps[Math.max(0, chosen)]?.id ?? "")} ${beyond(steps[Math.max(0, chosen)]?.share ?? null)}`,
        oninput: (event: Event) => store.choose(store.chosenRule, steps[Number((event.target as HTMLInputElement).value)]?.id || null),
      }), // prettier-ignore
      h(
        "ol",
        {},
        ...steps.map((one, at) =>
          h("li", { class: at === chosen ? "chosen" : "" }, h("b", {}, beyond(one.share)), h("i", { "data-sign": one.id === "" ? "◆" : "○" }), h("small", {}, readingInShort(one.id || (judging?.id ?? "")))),
        ),
      ),
      h("p", { class: "way" }, inWords(steps[Math.max(0, chosen)]?.id ?? "")),
    ),
  );
}

/** Who falls short under the reading that is shown: those of the verdict, turned round where the reading differs. */
export function beyond(): Map<string, Set<string>> {
  const verdict = store.verdict;
  const found = new Map<string, Set<string>>();
  if (!verdict) return found;
  for (const { layer, id } of verdict.where) found.set(layer, (found.get(layer) ?? new Set()).add(id));
  const reading = verdict.readings.find((one) => one.id === store.chosenReading);
  for (const id of reading?.changed ?? []) {
    const layer = store.features.get("buildings")?.has(id) ? "buildings" : "parcels";
    const some = found.get(layer) ?? new Set<string>();
    found.set(layer, some);
    if (!some.delete(id)) some.add(id);
  }
  return found;
}

/** Faults of the data: one of an outline leads to its very place, any other to its feature. */
export function drawFaults(into: Element, go: (layer: string, id: string) => void, there: (fault: Fault) => void, fillGap: (fault: Fault) => void): void {
  const grades = { error: "×", warning: "!", note: "·" } as const;
  const alike = new Map<string, number>();
  /** What a fault is called where the list is drawn anew: of many gaps each keeps its own place. */
  const calledAs = ({ rule, layer, id, x, y }: Fault): string => {
    const name = ["f", rule, id ?? layer, x, y].filter((one) => one !== null).join("-");
    const before = alike.get(name) ?? 0;
    alike.set(name, before + 1);
    return before ? `${name}-${before}` : name;
  };
  /** In a fold a row leaves out what the fold says of all. */
  const row = (one: Fault, fold?: { remedy: string | undefined }): HTMLElement => {
    const { layer, id } = one;
    const called = calledAs(one);
    const feature = id && store.features.get(layer)?.has(id) ? () => go(layer, id) : null;
    const place = one.x === null ? null : () => there(one);
    const lead = one.aspect === "geometry" ? (place ?? feature) : (feature ?? place);
    const said = [
      fold ? id && h("b", {}, idInWords(id)) : h("b", {}, [grades[one.grade], layerName(layer), id && idInWords(id)].filter(Boolean).join(" ")),
      h("span", {}, faultInWords(layer, one.message)),
      one.remedy && one.remedy !== fold?.remedy && h("small", {}, faultInWords(layer, one.remedy)),
    ];
    // What lies nowhere on the map leads nowhere.
    const draw = one.rule === GAP && place && h("button", { class: "link", id: `${called}-draw`, "data-act": "draw-parcel", onclick: () => fillGap(one) }, say("drawParcel"));
    return h("li", { class: one.grade }, lead ? h("button", { id: called, onclick: lead }, ...said) : h("p", {}, ...said), draw);
  };
  const kinds = new Map<string, Fault[]>();
  for (const one of store.result.faults) {
    const kind = [one.grade, one.rule, one.layer].join(" ");
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const rows = [...kinds].flatMap(([kind, faults]) => (faults.length > FEW ? [folded(kind, faults)] : faults.map((one) => row(one))));
  fill(into, rows.length ? h("ul", { class: "faults" }, ...rows) : h("p", { class: "empty" }, say("noFaults")));

  /** Many of a kind in one fold, the largest first, with how many there are and how large they are together. */
  function folded(kind: string, faults: Fault[]): HTMLElement {
    const { grade, rule, layer } = faults[0]!;
    const areas = faults.flatMap((one) => (one.unit === "m2" && one.measured !== null ? [one.measured] : []));
    const added = areas.length === faults.length ? areas.reduce((sum, one) => sum + one, 0) : null;
    const size = added === null ? "" : ` · ${say("total")} ${number(added, 0)} m²`;
    const largestFirst = [...faults].sort((one, other) => (other.measured ?? 0) - (one.measured ?? 0));
    const remember = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) unfoldedKinds.add(kind);
      else unfoldedKinds.delete(kind);
    };
    const summary = h("summary", { id: `f-${kind.replaceAll(" ", "-")}` }, h("b", {}, `${grades[grade]} ${layerName(layer)} · ${faultTitle(rule)} ${number(faults.length, 0)}`), h("small", {}, size));
    const remedy = faults.every((one) => one.remedy === faults[0]!.remedy) ? faults[0]!.remedy : undefined;
    const rows = h("ul", {}, ...largestFirst.map((one) => row(one, { remedy })));
    return h("li", { class: grade }, h("details", { open: unfoldedKinds.has(kind), ontoggle: remember }, summary, remedy && h("p", {}, h("small", {}, faultInWords(layer, remedy))), rows));
  }
}

/** Kinds of faults whose fold is open, also where the list is drawn anew. */
const unfoldedKinds = new Set<string>();
