// The tab of proposals: a repair is searched for while one edits on, and comes back as a difference to take.

import { fill, h } from "../../map/dom";
import * as api from "./api";
import { store } from "./store";
import { columnName } from "./vocabulary";
import { number, say } from "./words";
import type { Proposal, ProposedFeature } from "./types";

const EVERY_MS = 500;
const SECONDS = 60;

let now: Proposal = { state: "none" };
let left = new Set<string>();
let parts = false;
let watching = 0;
let redraw: () => void = () => undefined;
let show: (features: ProposedFeature[]) => void = () => undefined;

const nameOf = (one: ProposedFeature): string => `${one.layer}:${one.id}`;

/** How many changes are proposed; null while there is no proposal. */
export const proposed = (): number | null => (now.state === "done" ? (now.features ?? []).length : null);

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
  redraw();
  clearTimeout(watching);
  if (now.state === "running") watching = window.setTimeout(() => void api.getProposal().then(take), EVERY_MS);
}

export async function propose(): Promise<void> {
  try {
    take(await api.postProposal(SECONDS, parts));
  } catch (error) {
    store.say(error instanceof Error ? error.message : String(error));
  }
}

async function taken(): Promise<void> {
  const features = now.features ?? [];
  const only = left.size ? features.map(nameOf).filter((name) => !left.has(name)) : null;
  const answer = await store.takeProposal(only);
  if (answer) take(await api.deleteProposal());
}

export function drawProposals(into: Element, go: (layer: string, id: string) => void): void {
  const stale = now.hash !== undefined && now.hash !== store.result.content_hash;
  const fails = store.result.verdicts.filter((one) => one.outcome === "fail" && one.force === "must").length;
  if (now.state === "none" || now.state === "refused") {
    fill(
      into,
      h("p", { class: "about" }, say(fails ? "proposeAbout" : "nothingFails")),
      now.state === "refused" && h("p", { class: "mend", role: "alert" }, now.message ?? ""),
      h("p", { class: "about" }, h("input", { type: "checkbox", id: "propose-parts", checked: parts, onchange: (event: Event) => { parts = (event.target as HTMLInputElement).checked; } }), h("label", { for: "propose-parts" }, say("proposeParts"))), // prettier-ignore
      h("button", { class: "do", "data-act": "propose", onclick: () => void propose() }, say("propose")),
    );
    return;
  }
  const figures = h(
    "p",
    { class: "search", role: "status" },
    `${number(now.seconds ?? 0, 0)} s · ${say("best")} ${number(now.objective, 2)} · ${say("bound")} ${number(now.bound, 2)}`,
    now.proved && ` · ${say("proved")}`,
  );
  if (now.state === "running") {
    fill(
      into,
      h("p", { class: "about" }, say("searching")),
      h("progress", { max: now.limit_s ?? SECONDS, value: now.seconds ?? 0, "aria-label": say("searching") }),
      figures,
      h("button", { "data-act": "cancel", onclick: () => void api.postProposalCancel().then(take) }, say("endSearch")),
    );
    return;
  }
  const features = now.features ?? [];
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
    h(
      "p",
      { class: "acts" },
      h("button", { class: "do", "data-act": "take", disabled: features.length === 0 || left.size === features.length, onclick: () => void taken() }, say(left.size ? "takePart" : "takeWhole")),
      h("button", { "data-act": "leave", onclick: () => void api.deleteProposal().then(take) }, say("leave")),
    ),
  );
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
    h("label", { for: `p-${name}` }, h("b", {}, one.id), h("small", {}, [one.kind, one.where].filter(Boolean).join(" · ")), h("span", {}, one.said || one.values.map((each) => columnName(one.layer, each.column)).join(", "))),
    h("button", { class: "link", onclick: () => go(one.layer, one.id) }, say("show")),
  );
}
