// What is said of a place, beside the map: the same, in the same order, as `here.html` says it without one.

import { fill, h } from "../../map/dom";
import { filled, type Found, type Here, type Row } from "./data";

export function drawFound(into: HTMLElement, found: Found, words: Record<string, string>): void {
  fill(
    into,
    ...found.said.map((one) => h("p", {}, one)),
    found.hits.length > 0 && h("ul", { class: "hits" }, ...found.hits.map((hit) =>
      h("li", {}, h("a", { href: hit.href, "data-about": hit.about }, h("b", {}, hit.name), h("span", { class: "note" }, [hit.kind, hit.where].filter(Boolean).join("\u00a0· "))))),
    ),
    found.here && drawHere(found.here, words),
  ); // prettier-ignore
}

/** So many things are shown at once; the rest is folded up. */
const AT_ONCE = 6;

function drawHere(here: Here, words: Record<string, string>): HTMLElement {
  const { within, reached } = here;
  const goals = (rows: Row[]): HTMLElement => h("ul", { class: "goals" }, ...rows.map((row) =>
    h("li", {},
      h("span", { class: "mark", "aria-hidden": "true" }, String(row["sign"])),
      h("a", { href: row.href }, row.name, " ", Boolean(row["kind"] || row["status"]) && h("span", { class: "note" }, [row["kind"], row["status"]].filter(Boolean).join("\u00a0· "))),
      bar(Number(row["share"])),
      h("b", { class: "n" }, String(row["metres"])),
    ))); // prettier-ignore
  const doors = (rows: Here["beside"]): HTMLElement => h("ul", { class: "beside" }, ...rows.map((one) =>
    h("li", {}, swatch(one.colour), h("b", {}, one.side), h("span", {}, h("a", { href: one.href, "data-about": aboutOf(one.href) }, one.use), `\u00a0· ${one.said}`, one.way && h("span", { class: "note" }, ` ${one.way}`))))); // prettier-ignore
  return h(
    "div",
    { class: "here" },
    h("h2", { class: "spot", tabindex: "-1" }, here.title),
    here.sub && h("p", { class: "note sub" }, here.sub),
    ...here.notes.map((one) => h("p", { class: "note" }, one)),
    here.sentence && h("p", { class: "lead" }, here.sentence),
    h("p", { class: "doors" },
      here.object && h("a", { href: here.object }, words[here.about.startsWith("parcels:") ? "all_of_parcel" : "all_of_object"]!),
      h("a", { href: here.href }, words["link"]!),
    ),
    here.beside.length > 0 && h("section", {}, h("h3", {}, words["beside"]!),
      doors(here.beside.slice(0, here.next_door)),
      here.beside.length > here.next_door && h("details", {}, h("summary", {}, filled(words, "all_within", { n: here.beside.length })), doors(here.beside.slice(here.next_door)))),
    within && h("section", {}, h("h3", {}, within.title, h("span", { class: "note" }, ` ${words["straight"]}`)),
      within.none && h("p", {}, within.none),
      goals(within.rows.slice(0, AT_ONCE)),
      within.rows.length > AT_ONCE && h("details", {}, h("summary", {}, filled(words, "all_within", { n: within.rows.length })), goals(within.rows.slice(AT_ONCE))),
      within.tallest && h("p", { class: "note" }, within.tallest)),
    reached && reached.rows.length > 0 && h("details", {}, h("summary", {}, reached.title),
      ...reached.sentences.map((one) => h("p", {}, one)),
      h("table", { class: "broad" },
        h("thead", {}, h("tr", {}, ...reached.heads.map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", {}, ...reached.rows.map((cells) => h("tr", {}, ...cells.map(([head, cell], at) => h(at ? "td" : "th", at ? { "data-head": head } : { scope: "row" }, cell))))))),
    here.near.length > 0 && h(within ? "details" : "section", {}, h(within ? "summary" : "h3", {}, here.near_title),
      h("ul", { class: "beside" }, ...here.near.map((one) =>
        h("li", {}, swatch(String(one["colour"])), h("b", {}, String(one["metres"])), h("span", {}, h("a", { href: one.href, "data-about": aboutOf(one.href) }, one.name), ` ${one["side"]} `, h("span", { class: "note" }, [one["said"], one["id"]].filter(Boolean).join("\u00a0· "))))))),
    (here.write || here.opinions) && h("p", { class: "actions" },
      here.opinions && h("a", { class: "button plain", href: here.opinions.href }, here.opinions.said),
      here.write && h("a", { class: "button", href: here.write }, words["write"]!)),
  ); // prettier-ignore
}

const aboutOf = (href: string): string => new URL(href, location.href).searchParams.get("about") ?? "";

function swatch(colour: string): HTMLElement {
  const found = h("i", { class: "swatch", "aria-hidden": "true" });
  found.style.backgroundColor = colour;
  return found;
}

function bar(share: number): HTMLElement {
  const found = h("span", { class: "bar", "aria-hidden": "true" }, h("i", {}));
  (found.firstElementChild as HTMLElement).style.width = `${share}%`;
  return found;
}
