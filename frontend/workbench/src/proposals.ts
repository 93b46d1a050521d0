// The tab of proposals: what is searched for while one edits on, and the difference that comes back to be taken.

import { fill, h } from "../../map/dom";
import * as api from "./api";
import { fieldAskedFor, layoutFields, ofLand } from "./layouts";
import { store } from "./store";
import { columnName, idInWords } from "./vocabulary";
import { language, number, say } from "./words";
import type { Proposal, ProposedFeature, Wanted } from "./types";

const EVERY_MS = 500;
const SECONDS = 60;
const MOST_NEW = 20;

let now: Proposal = { state: "none" };
let left = new Set<string>();
const wanted: Wanted = { kind: "repair", seconds: SECONDS, parts: false, in_place: false, service: "kindergarten", new: 1, within_m: null, site_m2: null, weigh_by: null, vacant: [], uses: {}, homes_ha: 0, count_by: null };
/** What a repair says while it looks how much has to stay short; then how few changes do it. */
const LEAST_SHORTFALL = "least shortfall";
let watching = 0;
/** Whether the search that runs was told to end; it gives what it has within some seconds. */
let isEnding = false;
let redraw: () => void = () => undefined;
let show: (features: ProposedFeature[]) => void = () => undefined;

const nameOf = (one: ProposedFeature): string => `${one.layer}:${one.id}`;

/** How many proposals wait to be taken or left; null where none does. */
export const proposed = (): number | null => (now.state === "done" ? 1 : null);

export function watchProposals(draw: () => void, onMap: (features: ProposedFeature[]) => void): void {
  redraw = draw;
  show = onMap;
  void api.getProposal().then(take);
}

function take(found: Proposal): void {
  const before = now.state;
  now = found;
  if (before !== "done" && now.state === "done") left = new Set();
  show(now.state === "done" ? (now.features ?? []) : []);
  const asked = before === "running" && now.state === "refused" ? fieldAskedFor(now.code) : null;
  redraw();
  // Who edits elsewhere meanwhile goes on there.
  if (asked && document.activeElement === document.body) document.querySelector<HTMLElement>(asked)?.focus();
  clearTimeout(watching);
  isEnding &&= now.state === "running";
  if (now.state === "running") watching = window.setTimeout(() => void api.getProposal().then(take, () => take(now)), EVERY_MS);
}

export async function propose(): Promise<void> {
  const asked = ofLand(wanted);
  if (!asked) return store.say(say("selectLand"));
  await done(api.postProposal(asked));
}

async function end(): Promise<void> {
  isEnding = true;
  redraw();
  await done(api.postProposalCancel().catch((error: unknown) => {
    // It goes on, and can be ended.
    isEnding = false;
    redraw();
    throw error;
  })); // prettier-ignore
}

/** Shows what the service answers, or why it does not. */
const done = (answer: Promise<Proposal>): Promise<void> =>
  answer.then(take, (error: unknown) => store.say(error instanceof Error ? error.message : String(error)));

async function taken(): Promise<void> {
  const features = now.features ?? [];
  const only = left.size ? features.map(nameOf).filter((name) => !left.has(name)) : null;
  const answer = await store.takeProposal(only);
  if (answer) take(await api.deleteProposal());
}

/** What is not ticked and yet comes along: of one parcel all parts are taken or none. */
const takenAlong = (features: ProposedFeature[]): ProposedFeature[] => {
  const ticked = new Set(features.map(nameOf).filter((name) => !left.has(name)));
  return features.filter((one) => left.has(nameOf(one)) && one.along?.some((name) => ticked.has(name)));
};

/** A figure of the search; nothing before there is one. */
const known = (word: "best" | "bound", said: string | undefined): string[] => (said ? [`${say(word)} ${said}`] : []);

export function drawProposals(into: Element, go: (layer: string, id: string) => void): void {
  const stale = now.hash !== undefined && now.hash !== store.result.content_hash;
  if (now.state === "none" || now.state === "refused") {
    fill(into, now.state === "refused" && h("p", { class: "mend", role: "alert" }, now.message ?? ""), ...form());
    return;
  }
  const figures = h(
    "p",
    { class: "search", role: "status" },
    [`${number(now.seconds ?? 0, 0)} s`, ...known("best", now.objective_said), ...known("bound", now.bound_said), ...(now.proved ? [say("proved")] : [])].join(" · "),
  );
  if (now.state === "running") {
    fill(
      into,
      h("p", { class: "about" }, say(now.said === LEAST_SHORTFALL ? "leastShortfall" : "searching")),
      h("progress", { max: now.limit_s ?? SECONDS, value: now.seconds ?? 0, "aria-label": say("searching") }),
      figures,
      h("button", { "data-act": "cancel", disabled: isEnding, onclick: () => void end() }, say(isEnding ? "endingSearch" : "endSearch")),
    );
    return;
  }
  const features = now.features ?? [];
  const along = takenAlong(features);
  fill(
    into,
    h("h2", {}, now.headline ?? ""),
    ...(now.standing ?? []).map((line) => h("p", { class: "about" }, line)),
    figures,
    stale && h("p", { class: "mend" }, say("stale")),
    h("ul", { class: "proposed" }, ...features.map((one) => featureRow(one, go))),
    (now.flips ?? []).length > 0 && h("h2", {}, say("turns")),
    h("ul", { class: "flips" }, ...(now.flips ?? []).map(([sign, rule, before, after]) => h("li", {}, h("b", {}, `${sign} ${rule}`), h("small", {}, `${before} → ${after}`)))),
    ...(now.unmet ?? []).map((line) => h("p", { class: "mend" }, line)),
    along.length > 0 && h("p", { class: "mend", role: "status", id: "taken-along" }, `${say("takenAlong")} ${along.map((one) => idInWords(one.id)).join(", ")}`),
    h(
      "p",
      { class: "acts" },
      features.length > 0 && h("button", { class: "do", "data-act": "take", disabled: left.size === features.length, onclick: () => void taken() }, say(left.size ? "takePart" : "takeWhole")),
      h("button", { "data-act": "leave", onclick: () => void done(api.deleteProposal()) }, say("leave")),
    ),
  );
}

/** What is to be searched for. */
function form(): (Node | false)[] {
  const fails = store.result.verdicts.some((one) => one.outcome === "fail" && one.force === "must");
  const kinds = { repair: "wantRepair", site: "wantSites", landuse: "wantUses", layout: "wantLayout" } as const;
  const abouts = { repair: fails ? "proposeAbout" : "nothingFails", site: "sitesAbout", landuse: "usesAbout", layout: "layoutAbout" } as const;
  return [
    h(
      "div",
      { class: "fields wanted" },
      h("label", {}, say("wanted"), h("select", { id: "propose-kind", onchange: (event: Event) => { wanted.kind = (event.target as HTMLSelectElement).value as Wanted["kind"]; redraw(); } },
        ...Object.entries(kinds).map(([kind, word]) => h("option", { value: kind, selected: kind === wanted.kind }, say(word))))), // prettier-ignore
      ...(wanted.kind === "site" ? siteFields() : []),
    ),
    h("p", { class: "about" }, say(abouts[wanted.kind])),
    wanted.kind === "site" && ticked("in_place", "proposeInPlace"),
    ...(wanted.kind === "layout" ? layoutFields(wanted) : []),
    (wanted.kind === "repair" || wanted.kind === "site") && ticked("parts", "proposeParts"),
    h("button", { class: "do", "data-act": "propose", onclick: () => void propose() }, say(wanted.kind === "repair" ? "propose" : "startSearch")),
  ];
}

function ticked(what: "parts" | "in_place", word: Parameters<typeof say>[0]): HTMLElement {
  const id = `propose-${what}`;
  return h("p", { class: "about tick" }, h("input", { type: "checkbox", id, checked: wanted[what], onchange: (event: Event) => { wanted[what] = (event.target as HTMLInputElement).checked; } }), h("label", { for: id }, say(word))); // prettier-ignore
}

/** Whom sites may be for, where residents are not known. */
const forWhom = (): Record<string, string> => ({
  residents: columnName("parcels", "residents"),
  jobs: columnName("parcels", "jobs"),
  residents_and_jobs: [columnName("parcels", "residents"), columnName("parcels", "jobs")].join(say("listed")),
  dwellings: columnName("parcels", "dwellings"),
  floor_area: columnName("parcels", "floor_area_m2"),
  residential_land: say("homesLand"),
});

function siteFields(): Node[] {
  const named = Object.entries(store.vocabulary.sited);
  const usual = wanted.service === "station" ? "residents_and_jobs" : "residents";
  const value = (event: Event): number => (event.target as HTMLInputElement).valueAsNumber;
  return [
    h("label", {}, say("what"), h("select", { id: "propose-service", onchange: (event: Event) => { wanted.service = (event.target as HTMLSelectElement).value; redraw(); } },
      ...named.map(([id, names]) => h("option", { value: id, selected: id === wanted.service }, names[language()])))),
    h("label", {}, say("weighBy"), h("select", { id: "propose-weigh-by", onchange: (event: Event) => { wanted.weigh_by = (event.target as HTMLSelectElement).value; } },
      ...Object.entries(forWhom()).map(([by, word]) => h("option", { value: by, selected: by === (wanted.weigh_by ?? usual) }, word)))),
    h("label", {}, say("howMany"), h("input", { id: "propose-new", type: "number", min: 1, max: MOST_NEW, value: wanted.new, onchange: (event: Event) => { wanted.new = value(event) || 1; } })),
    h("label", {}, say("withinM"), h("input", { id: "propose-within", type: "number", min: 1, placeholder: say("asThePlan"), value: wanted.within_m ?? "", onchange: (event: Event) => { wanted.within_m = value(event) || null; } })),
    h("label", {}, say("siteM2"), h("input", { id: "propose-site", type: "number", min: 1, placeholder: say("asThePlan"), value: wanted.site_m2 ?? "", onchange: (event: Event) => { wanted.site_m2 = value(event) || null; } })),
  ]; // prettier-ignore
}

function featureRow(one: ProposedFeature, go: (layer: string, id: string) => void): HTMLElement {
  const name = nameOf(one);
  const box = h("input", {
    type: "checkbox",
    id: `p-${name}`,
    checked: !left.has(name),
    onchange: () => {
      if (!left.delete(name)) left.add(name);
      redraw();
    },
  });
  return h(
    "li",
    {},
    box,
    h("label", { for: `p-${name}` }, h("b", {}, idInWords(one.id)), h("small", {}, [one.kind, one.where].filter(Boolean).join(" · ")), h("span", {}, one.said || one.values.map((each) => columnName(one.layer, each.column)).join(", "))),
    h("button", { class: "link", onclick: () => go(one.layer, one.id) }, say("show")),
  );
}
