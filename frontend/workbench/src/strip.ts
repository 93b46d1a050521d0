// Under the map: the steps of the scenario, each with the must rules that fail after it; and the foot of the page.

import * as api from "./api";
import { fill, h } from "../../map/dom";
import { icon } from "../../map/icon";
import { store } from "./store";
import { columnName, idInWords, layerName, packName, valueName } from "./vocabulary";
import { number, say, when, type Word } from "./words";
import type { Place, Step, Value } from "./types";

const OPERATIONS: Record<string, Word> = {
  move_vertex: "vertex", remove_vertex: "vertex", boundary: "boundary", split: "split", merge: "merge",
  add: "add", remove: "remove", move: "moved", proposal: "takenOver", branch: "branch", take: "tookFrom", version: "backTo",
}; // prettier-ignore
const KINDS: Record<string, Word> = { undo: "undo", redo: "redo", outside: "outsideStep", begin: "asSaved" };
/** A step of which it is not known how many rules fail stands as high as its mark is seen. */
const UNKNOWN_PX = 10;
/** So many steps fit under the map. */
const MOST = 60;

/** Number of the step whose words are shown in the place of the last one's. */
let read: number | null = null;

/** The latest edits stand at the right end, which is what is seen first. */
export function drawStrip(into: Element, go: (layer: string, id: string) => void): void {
  const steps = store.state.history.slice(-MOST);
  // A step that was taken up from the log was not judged again: its count is not known.
  const fails = (one: Step): number | null => one.must?.fail ?? null;
  const top = Math.max(1, ...steps.map((one) => fails(one) ?? 0));
  const named = new Map(store.state.versions.map((one) => [one.seq, one.name]));
  const list = h(
    "ol",
    {},
    ...steps.map((one) => {
      const failing = fails(one);
      const version = named.get(one.seq);
      const said = [sentence(one), version !== undefined && `${say("version")}${say("colon")}${version}`].filter(Boolean).join(" · ");
      const seek = (): void => {
        read = read === one.seq ? null : one.seq;
        const at = touched(one);
        drawStrip(into, go);
        if (at && read !== null) go(...at);
      };
      return h("li", { class: one.kind }, h("button", { id: `step-${one.seq}`, title: said, "aria-pressed": String(read === one.seq), onclick: seek },
        h("i", { class: cameOut(one), style: `height:${cameOut(one) === "unknown" ? UNKNOWN_PX : 4 + (20 * (failing ?? 0)) / top}px` }),
        h("small", {}, version !== undefined && icon("flag"), cameOut(one) === "unknown" ? "?" : String(failing)), h("span", { class: "aloud" }, ` ${said}`))); // prettier-ignore
    }),
  );
  const last = steps.find((one) => one.seq === read) ?? steps.at(-1);
  const earlier = steps.length ? steps[0]!.seq - 1 : 0;
  fill(into, h("b", {}, say("mustFailing"), earlier > 0 && h("small", {}, ` + ${number(earlier, 0)} ${say("notListed")}`)), last ? list : h("span", { class: "empty" }, say("noSteps")), last && h("p", { class: "last-step" }, sentence(last), named.has(last.seq) && h("b", {}, " ", ...flagged(named.get(last.seq)!))));
  list.scrollLeft = list.scrollWidth;
}

/** The name of a version behind its flag, which is read aloud as a word. */
export const flagged = (name: string): (Element | string)[] => [icon("flag"), h("span", { class: "aloud" }, `${say("version")}${say("colon")}`), name];

/** Every step in words, the latest first: the strip under the map as a list, which a phone has room for. */
export function drawHistory(into: Element, go: (layer: string, id: string) => void): void {
  const { history, versions, seq } = store.state;
  const named = new Map(versions.map((one) => [one.seq, one.name]));
  const steps = [...history].reverse().map((one) => {
    const at = touched(one);
    const words = [h("span", {}, deed(one)), h("small", {}, whoAndWhen(one)), named.has(one.seq) && h("b", {}, ...flagged(named.get(one.seq)!))];
    return h("li", { class: one.kind },
      h("b", { class: cameOut(one), title: say(cameOut(one) === "unknown" ? "unknown" : "mustFailing"), "data-sign": { fail: "× ", pass: "✓ ", unknown: "? " }[cameOut(one)] }, one.must === null ? "" : number(one.must.fail || one.must.unknown, 0)),
      at ? h("button", { class: "link", onclick: () => go(...at) }, ...words) : h("p", {}, ...words)); // prettier-ignore
  });
  const earlier = seq - history.length;
  fill(
    into,
    h("p", { class: "about" }, say("historyAbout")),
    steps.length ? h("ol", { class: "history" }, ...steps) : h("p", { class: "empty" }, say("noSteps")),
    earlier > 0 && h("p", { class: "about" }, `+ ${number(earlier, 0)} ${say("notListed")}`),
  );
}

/** How the must rules come out after a step: none that is unknown passes. */
const cameOut = ({ must }: Step): "fail" | "pass" | "unknown" => (must?.fail ? "fail" : must === null || must.unknown ? "unknown" : "pass");

/** The first of what a step touched that is still there. */
function touched(one: Step): [string, string] | null {
  for (const edit of one.edits) {
    const layer = String(edit["layer"] ?? "parcels");
    const ids = [edit["id"], ...((edit["ids"] as string[] | undefined) ?? []), ...Object.values((edit["row"] ?? {}) as Record<string, Value>)];
    const id = ids.find((each) => store.features.get(layer)?.has(String(each)));
    if (id !== undefined) return [layer, String(id)];
  }
  return null;
}

/** What a step did, who did it and when. */
const sentence = (one: Step): string => [deed(one), whoAndWhen(one)].filter(Boolean).join(" · ");
const whoAndWhen = (one: Step): string => [one.who, when(one.at)].filter(Boolean).join(" · ");

/** What a step did, in words. */
export function deed(one: Step): string {
  const did = one.edits.map(described).filter(Boolean);
  if (one.more) did.push(`+ ${one.more}`);
  const kind = KINDS[one.kind];
  return [kind ? say(kind) : "", did.join(say("between"))].filter(Boolean).join(say("colon"));
}

function described(edit: Record<string, unknown>): string {
  const op = String(edit["op"]);
  const layer = String(edit["layer"] ?? "parcels");
  if (op === "set") {
    const column = String(edit["column"]);
    const value = (edit["value"] ?? null) as Value;
    return `${idInWords(String(edit["id"]))} ${columnName(layer, column)} → ${valueName(layer, column, value)}`;
  }
  const word = OPERATIONS[op];
  const row = Object.entries((edit["row"] ?? {}) as Record<string, Value>).find(([column]) => column === store.vocabulary.layers[layer]?.id);
  if (op === "take") return `${say("tookFrom")} ${String(edit["scenario"])}${say("colon")}${(edit["ids"] as string[]).map(idInWords).join(", ")}`;
  const named = edit["ids"] ?? edit["id"] ?? row?.[1] ?? edit["scenario"] ?? edit["name"] ?? "";
  return [word ? say(word) : op, ["add", "remove", "move"].includes(op) ? layerName(layer) : "", (Array.isArray(named) ? named : [named]).map((id) => idInWords(String(id))).join(", ")].filter(Boolean).join(" ");
}

/** Where the pointer is, or the middle of the map. */
let place: Place | null = null;
const placeInWords = ([x, y]: Place): string => `${number(x, 1, 1)} E  ${number(y, 1, 1)} N`;

export function drawPlace(at: Place): void {
  place = at;
  const shown = document.querySelector(".foot .place");
  if (shown) shown.textContent = placeInWords(at);
}

/** Whether a full check says the same, where it was asked since the last step. */
let verified: { hash: string; same: boolean } | null = null;

export function drawFoot(into: Element): void {
  const { state, last, result } = store;
  const named = result.packs.map(packName).join(say("between"));
  const known = verified?.hash === result.content_hash ? verified : null;
  const ask = async (): Promise<void> => {
    const hash = result.content_hash;
    verified = { hash, same: (await api.getVerify()).same };
    drawFoot(into);
  };
  fill(
    into,
    h("span", { class: "saved" }, store.lost ? `! ${say(store.lost === "offline" ? "noAnswer" : "nobodySignedIn")}` : store.busy ? say("judging") : state.saved ? `✓ ${say("saved")}` : say("saving")),
    last && h("span", {}, `${say("judged")} ${number(last.ms, 0)} ms`),
    h("button", { class: "link", onclick: () => void ask() }, known ? say(known.same ? "same" : "notSame") : say("verify")),
    h("span", {}, `${say("faults")} ${result.faults.length}`),
    h("span", { class: "grow" }),
    h("span", { class: "packs", title: named }, `${say("packs")}${say("colon")}${named || say("noneOfThem")} · ${result.on}`),
    state.base_map !== null && h("span", {}, `${say("baseMap")}${say("colon")}${state.base_map}`),
    h("span", {}, state.crs),
    h("span", { class: "place" }, place && placeInWords(place)),
    h("span", { class: "hash", title: result.content_hash }, result.content_hash.slice(0, 12)),
  ); // prettier-ignore
}
