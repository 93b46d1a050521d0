// The land balance: what each use takes of the land, of all parcels and whatever the map shows.

import { fill, h } from "../../map/dom";
import { colourOf } from "./colours";
import { areaOf } from "./inspector";
import { store } from "./store";
import { columnName, useName } from "./vocabulary";
import { number, say } from "./words";

interface Sum {
  ids: string[];
  hectares: number;
  residents: number;
}

/** Uses by the first two figures of their codes, as lists of codes are ordered. */
const groupOf = (code: string): string => (/^\d{4}/.test(code) ? code.slice(0, 2) : code.slice(0, 1));

function sums(): Map<string, Sum> {
  const found = new Map<string, Sum>();
  for (const one of store.features.get("parcels")?.values() ?? []) {
    const code = String(one.properties["land_use"] ?? "?");
    const sum = found.get(code) ?? { ids: [], hectares: 0, residents: 0 };
    found.set(code, sum);
    sum.ids.push(one.id);
    sum.hectares += (areaOf(one) ?? 0) / 10_000;
    sum.residents += Number(one.properties["residents"] ?? 0);
  }
  return found;
}

const together = (some: Sum[]): Sum => ({
  ids: some.flatMap(({ ids }) => ids),
  hectares: some.reduce((sum, one) => sum + one.hectares, 0),
  residents: some.reduce((sum, one) => sum + one.residents, 0),
});

export function drawBalance(into: Element): void {
  const codes = [...sums()].sort(([one], [other]) => one.localeCompare(other));
  if (!codes.length) {
    fill(into, h("p", { class: "empty" }, say("noParcels")));
    return;
  }
  const all = together(codes.map(([, one]) => one));
  const row = (code: string, words: string, sum: Sum, kind = ""): HTMLElement =>
    h("tr", { class: kind },
      h("th", { scope: "row" }, h("button", { class: "link", id: `b-${kind}${code}`, onclick: () => store.select({ layer: "parcels", id: sum.ids.at(-1)! }, sum.ids) },
        kind === "" && h("i", { style: `background:${colourOf(code)}` }), `${code} ${words}`)),
      h("td", { class: "num" }, number(sum.hectares, 2, 2)),
      h("td", { class: "num" }, `${number((100 * sum.hectares) / all.hectares, 1, 1)}%`),
      h("td", { class: "num" }, sum.residents ? number(sum.residents, 0) : "–")); // prettier-ignore
  const groups = new Map<string, [string, Sum][]>();
  for (const one of codes) groups.set(groupOf(one[0]), [...(groups.get(groupOf(one[0])) ?? []), one]);
  fill(
    into,
    h("p", { class: "about" }, say("landAbout")),
    h("table", { class: "beside balance" },
      h("thead", {}, h("tr", {}, ...[columnName("parcels", "land_use"), say("hectares"), say("share"), say("residents")].map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", {}, ...[...groups].flatMap(([group, some]) => [
        ...(some.length > 1 ? [row(group, useName(group), together(some.map(([, one]) => one)), "group")] : []),
        ...some.map(([code, one]) => row(code, useName(code), one)),
      ])),
      h("tfoot", {}, row("", say("total"), all, "total"))), // prettier-ignore
  );
}
