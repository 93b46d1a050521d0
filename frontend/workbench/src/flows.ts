// Land that changes its use from one scenario to the other: a band for each pair of uses, as wide as its hectares.

import { h } from "../../map/dom";
import { colourOf } from "./colours";
import { draw } from "./parallel";
import { useName } from "./vocabulary";
import { number, say } from "./words";
import type { Comparison } from "./types";

type Flow = Comparison["transition_ha"][number];

/** So many bands are drawn, the widest first; the list beside them has all. */
const MOST = 16;
const [WIDE, HIGH, NODE] = [200, 190, 10];
/** A use has room for two lines of words, px. */
const ROW = 26;
/** Land below this is none to speak of, ha. */
const LEAST_HA = 0.005;

const called = (code: string | null, drawn: boolean): string => (!drawn ? say("notDrawn") : code === null ? say("unknownValue") : `${code} ${useName(code)}`);
const hectares = (some: Flow[]): number => some.reduce((sum, one) => sum + one.ha, 0);

export function flows({ transition_ha: all }: Comparison, [there, here]: string[]): HTMLElement[] {
  const isSame = (one: Flow): boolean => one.from === one.to && one.from_drawn === one.to_drawn;
  const changing = all.filter((one) => !isSame(one) && one.ha >= LEAST_HA).sort((one, other) => other.ha - one.ha);
  const sums = [`${number(hectares(changing), 2, 2)} ${say("changesUse")}`, `${number(hectares(all.filter(isSame)), 2, 2)} ${say("staysUse")}`].join(say("between"));
  const title = h("h2", {}, say("flows"), h("small", {}, `${there} → ${here}`));
  if (!all.length) return [title, h("p", { class: "empty" }, say("noParcels"))];
  if (!changing.length) return [title, h("p", { class: "empty" }, sums)];
  const uses = [...new Set(all.flatMap((one) => [one.from_drawn && (one.from ?? "?"), one.to_drawn && (one.to ?? "?")]).filter((one): one is string => Boolean(one)))];
  const total = (code: string, side: "from" | "to"): number => hectares(all.filter((one) => one[`${side}_drawn`] && (one[side] ?? "?") === code));
  const rows = uses.map((code) => ({ code, was: total(code, "from"), now: total(code, "to") })).filter(({ was, now }) => Math.abs(was - now) >= LEAST_HA).sort((a, b) => Math.abs(b.now - b.was) - Math.abs(a.now - a.was));
  const table = (heads: string[], cells: string[][]): HTMLElement =>
    h("table", { class: "beside" },
      h("thead", {}, h("tr", {}, ...heads.map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", {}, ...cells.map(([name, ...rest]) => h("tr", {}, h("th", { scope: "row" }, name), ...rest.map((one) => h("td", { class: "num" }, one)))))); // prettier-ignore
  return [
    title,
    h("p", { class: "about" }, sums, changing.length > MOST && `; + ${changing.length - MOST} ${say("notListed")}`),
    bands(changing.slice(0, MOST)),
    h("details", {}, h("summary", {}, say("asList")), table([there!, here!, say("hectares")].map(String), changing.map((one) => [called(one.from, one.from_drawn), called(one.to, one.to_drawn), number(one.ha, 2, 2)]))),
    h("h3", {}, say("landUse")),
    rows.length
      ? table([say("figure"), there!, here!, say("difference")], rows.map(({ code, was, now }) => [code === "?" ? say("unknownValue") : `${code} ${useName(code)}`, number(was, 2, 2), number(now, 2, 2), `${now > was ? "+" : "−"}${number(Math.abs(now - was), 2, 2)}`]))
      : h("p", { class: "empty" }, say("noDifference")),
  ]; // prettier-ignore
}

/** Uses before at the left, uses after at the right; the bands between them in the colours of what the land was. */
function bands(some: Flow[]): HTMLElement {
  const name = (one: Flow, side: "from" | "to"): string => (one[`${side}_drawn`] ? (one[side] ?? "?") : "");
  const sides = (["from", "to"] as const).map((side) => {
    const sums = new Map<string, number>();
    for (const one of some) sums.set(name(one, side), (sums.get(name(one, side)) ?? 0) + one.ha);
    return [...sums].sort((a, b) => b[1] - a[1]);
  });
  const most = Math.max(...sides.map((side) => side.length));
  const high = Math.max(HIGH, most * ROW);
  const scale = (high - ROW * most) / hectares(some);
  // Each use has room for its words, and the band its land above that.
  const tops = sides.map((side) => {
    let y = 0;
    return new Map(side.map(([code, ha]) => { const top = y; y += ha * scale + ROW; return [code, top + ROW / 2] as const; })); // prettier-ignore
  });
  const used = [new Map<string, number>(), new Map<string, number>()];
  const fillOf = (code: string): string => (code === "" || code === "?" ? "#cfd3d6" : colourOf(code));
  const drawn = some.map((one) => {
    const wide = one.ha * scale;
    const [y0, y1] = ([["from", 0], ["to", 1]] as const).map(([side, at]) => {
      const code = name(one, side);
      const y = tops[at]!.get(code)! + (used[at]!.get(code) ?? 0);
      used[at]!.set(code, (used[at]!.get(code) ?? 0) + wide);
      return y;
    }) as [number, number]; // prettier-ignore
    const [x0, x1, middle] = [NODE, WIDE - NODE, WIDE / 2];
    const path = `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}v${wide}C${middle} ${y1 + wide} ${middle} ${y0 + wide} ${x0} ${y0 + wide}z`;
    return draw("path", { d: path, fill: fillOf(name(one, "from")), "fill-opacity": 0.55 });
  });
  const nodes = sides.flatMap((side, at) => side.map(([code, ha]) =>
    draw("rect", { x: at ? WIDE - NODE : 0, y: tops[at]!.get(code)!, width: NODE, height: Math.max(1, ha * scale), fill: fillOf(code), stroke: "#46525d", "stroke-width": 0.6 }))); // prettier-ignore
  const named = (at: number): HTMLElement =>
    h("ul", {}, ...sides[at]!.map(([code, ha]) =>
      h("li", { style: `top:${tops[at]!.get(code)! + (ha * scale) / 2}px` }, `${called(code === "?" ? null : code, code !== "")} `, h("b", {}, number(ha, 2, 2))))); // prettier-ignore
  const picture = h("div", { class: "flows", "aria-hidden": "true", style: `height:${high}px` }, named(0), named(1));
  picture.firstElementChild!.after(draw("svg", { viewBox: `0 0 ${WIDE} ${high}`, preserveAspectRatio: "none" }, ...drawn, ...nodes));
  return picture;
}
