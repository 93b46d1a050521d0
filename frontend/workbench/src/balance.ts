// The land balance: what each use takes of the land, of all parcels and whatever the map shows.

import { fill, h } from "../../map/dom";
import { colourOf } from "./colours";
import { areaOf } from "./inspector";
import { store } from "./store";
import { columnName, useName } from "./vocabulary";
import { lacking, say, toldApart } from "./words";
import type { Feature } from "./types";

/** What parcels hold together, and of how many it is not known. */
interface Sum {
  ids: string[];
  hectares: Known;
  residents: Known;
}
interface Known {
  sum: number;
  known: number;
}

/** Land whose use is not known. */
const UNKNOWN = "";

/** Uses by the first two figures of their codes, as lists of codes are ordered. */
const groupOf = (code: string): string => (/^\d{2}/.test(code) ? code.slice(0, 2) : code.slice(0, 1));

function held(values: unknown[]): Known {
  const known = values.filter((one): one is number => typeof one === "number");
  return { sum: known.reduce((sum, one) => sum + one, 0), known: known.length };
}

const sumOf = (some: Feature[]): Sum => ({
  ids: some.map(({ id }) => id),
  hectares: held(some.map((one) => { const area = areaOf(one); return area === null ? null : area / 10_000; })), // prettier-ignore
  residents: held(some.map((one) => one.properties["residents"])),
});

function gathered<T>(some: T[], by: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of some) {
    const group = found.get(by(one));
    if (group) group.push(one);
    else found.set(by(one), [one]);
  }
  return found;
}

/** A figure with its count of unknown parcels; a dash where nothing of it is known. */
function figure({ sum, known }: Known, of: number, decimals: number): HTMLElement {
  return h("td", { class: "num" }, known ? toldApart(sum, decimals, 0) : "–", known > 0 && h("small", {}, lacking(known, of)));
}

export function drawBalance(into: Element): void {
  const parcels = [...(store.features.get("parcels")?.values() ?? [])];
  if (!parcels.length) {
    fill(into, h("p", { class: "empty" }, say("noParcels")));
    return;
  }
  const all = sumOf(parcels);
  const uses = gathered(parcels, (one) => String(one.properties["land_use"] ?? UNKNOWN));
  const groups = gathered([...uses].sort(([one], [other]) => Number(one === UNKNOWN) - Number(other === UNKNOWN) || one.localeCompare(other)), ([code]) => groupOf(code));
  const row = (code: string, words: string, sum: Sum, kind = ""): HTMLElement =>
    h("tr", { class: kind },
      h("th", { scope: "row" }, h("button", { class: "link", id: `b-${kind}${code}`, onclick: () => store.select({ layer: "parcels", id: sum.ids.at(-1)! }, sum.ids) },
        kind === "" && h("i", { style: `background:${colourOf(code || null)}` }), `${code} ${words}`.trim())),
      figure(sum.hectares, sum.ids.length, 2),
      h("td", { class: "num" }, sum.hectares.known && all.hectares.sum > 0 ? `${toldApart((100 * sum.hectares.sum) / all.hectares.sum, 1, 0, 100)}%` : "–"),
      figure(sum.residents, sum.ids.length, 0)); // prettier-ignore
  fill(
    into,
    h("p", { class: "about" }, say("landAbout")),
    h("table", { class: "beside balance" },
      h("thead", {}, h("tr", {}, ...[columnName("parcels", "land_use"), say("hectares"), say("share"), say("residents")].map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", {}, ...[...groups].flatMap(([group, some]) => [
        ...(some.length > 1 || (some[0]![0] !== group && useName(group)) ? [row(group, useName(group), sumOf(some.flatMap(([, one]) => one)), "group")] : []),
        ...some.map(([code, one]) => row(code, code === UNKNOWN ? say("useNotKnown") : useName(code), sumOf(one))),
      ])),
      h("tfoot", {}, row("", say("total"), all, "total"))), // prettier-ignore
  );
}
