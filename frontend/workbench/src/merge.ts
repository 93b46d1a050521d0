// Two changed the same: field by field what it was, what theirs is and what yours would be; take either.

import { fill, h } from "../../map/dom";
import { areaOf } from "./inspector";
import { store } from "./store";
import { columnName, valueName } from "./vocabulary";
import { number, say } from "./words";
import type { Clash, Edit } from "./types";

function told({ layer, column }: Clash, value: Clash["yours"]): string {
  if (column === "geometry") {
    const area = value && typeof value === "object" ? areaOf({ geometry: value }) : null;
    return area === null ? say("outline") : `${number(area, 0)} ${say("squareMetres")}`;
  }
  if (column === "*") return say(value === null ? "isGone" : "isThere");
  if (value === null) return say("unknownValue");
  return valueName(layer, column, value);
}

/** The edits that are left where some fields stay as theirs: of several values those that were chosen. */
function left(edits: Edit[], mine: Set<string>, clashes: Clash[]): Edit[] {
  const clashing = new Set(clashes.map(place));
  const asked = (edit: Edit): boolean => {
    if (edit.op !== "set") return clashes.length === 0 || clashes.every((one) => mine.has(place(one)));
    const name = place(edit);
    return !clashing.has(name) || mine.has(name);
  };
  return edits.filter(asked);
}

const place = (one: { layer: string; id: string; column: string }): string => `${one.layer} ${one.id} ${one.column}`;

export function drawMerge(dialog: HTMLDialogElement): void {
  const { conflict } = store;
  if (!conflict) return;
  const { edits } = conflict;
  // What only follows a field that clashes (a class's name its code) goes with it.
  const set = new Set(edits.filter((one) => one.op === "set").map(place));
  const asked = conflict.clashes.filter((one) => set.has(place(one)));
  const clashes = asked.length ? asked : conflict.clashes;
  const mine = new Set<string>();
  // An edit of outlines is one act: it is made whole on what theirs is, or not at all.
  const whole = edits.some((one) => one.op !== "set");
  const close = (): void => {
    store.conflict = null;
    dialog.close();
  };
  const choice = (one: Clash, side: "theirs" | "yours"): HTMLElement =>
    h("td", {}, h("label", {}, h("input", {
      type: "radio", name: place(one), value: side, checked: side === "theirs",
      onchange: () => { if (side === "yours") mine.add(place(one)); else mine.delete(place(one)); },
    }), ` ${told(one, one[side])}`)); // prettier-ignore
  const row = (one: Clash): HTMLElement =>
    h("tr", {},
      h("th", { scope: "row" }, one.id, h("small", {}, ` ${one.column === "geometry" ? say("outline") : columnName(one.layer, one.column)}`)),
      h("td", {}, told(one, one.before)),
      ...(whole ? [h("td", {}, told(one, one.theirs)), h("td", {}, told(one, one.yours))] : [choice(one, "theirs"), choice(one, "yours")])); // prettier-ignore
  const who = [...new Set(clashes.map((one) => one.who).filter(Boolean))].join(", ");
  const send = (): void => {
    if (whole) clashes.forEach((one) => mine.add(place(one)));
    const rest = left(edits, mine, clashes);
    close();
    if (rest.length) void store.edit(rest);
  };
  fill(
    dialog,
    h("h2", { id: "merge-title" }, say(clashes.length ? "mergeTitle" : "notMade")),
    h("p", {}, clashes.length ? `${say(whole ? "mergeWhole" : "mergeSaid")}${who ? ` (${who})` : ""}` : conflict.message),
    clashes.length > 0 &&
      h("table", { class: "beside" },
        h("thead", {}, h("tr", {}, ...[say("field"), say("mergeBefore"), say("mergeTheirs"), say("mergeYours")].map((one) => h("th", { scope: "col" }, one)))),
        h("tbody", {}, ...clashes.map(row))), // prettier-ignore
    h("p", { class: "acts" },
      h("button", { class: "do", "data-act": "merge", onclick: send }, say(!clashes.length ? "tryAgain" : whole ? "mergeAgain" : "mergeTake")),
      h("button", { class: "link", "data-act": "merge-theirs", onclick: close }, say(clashes.length ? "mergeKeep" : "dropEdit"))), // prettier-ignore
  );
  if (!dialog.open) dialog.showModal();
}
