// The table of parcels, edited as a spreadsheet: sorted by its headings, walked by keys, pasted into by the block.

import { fill, h } from "../../map/dom";
import { areaOf, field, kindOf, typed } from "./inspector";
import { store } from "./store";
import { columnName, idInWords } from "./vocabulary";
import { counted, number, say, toldApart } from "./words";
import type { Edit, Feature, Value } from "./types";

const COLUMNS = ["land_use", "far", "height_m", "coverage_ratio", "green_ratio", "residents", "floor_area_m2"];
const PAGE = 200;

/** By which column the rows were last put in order, and their places in it; a value edited since moves no row. */
let order: { by: string; down: boolean; places: Map<string, number> } | null = null;

const valueOf = (feature: Feature, by: string): Value => (by === "id" ? feature.id : by === "area" ? areaOf(feature) : (feature.properties[by] ?? null));

/** Numbers by size, text with its numbers by size, and what is not known last whichever way. */
function before(one: Value, two: Value, down: boolean): number {
  if (one === null || two === null) return Number(one === null) - Number(two === null);
  const sign = down ? -1 : 1;
  if (typeof one === "number" && typeof two === "number") return sign * (one - two);
  return sign * String(one).localeCompare(String(two), undefined, { numeric: true });
}

function sort(by: string, redraw: () => void): void {
  const down = order?.by === by && !order.down;
  const all = [...(store.features.get("parcels")?.values() ?? [])];
  const sorted = all.map((one) => [valueOf(one, by), one.id] as const).sort(([one], [two]) => before(one, two, down));
  order = { by, down, places: new Map(sorted.map(([, id], at) => [id, at])) };
  redraw();
}

function heading(by: string, words: string, redraw: () => void): HTMLElement {
  const sorted = order?.by === by ? (order.down ? "descending" : "ascending") : "none";
  const num = by !== "id" && by !== "land_use";
  return h("th", { class: num ? "num" : "", scope: "col", "aria-sort": sorted }, h("button", { id: `sort-${by}`, onclick: () => sort(by, redraw) }, words));
}

/** What is searched for chooses rows: without it all of them stand there. */
function seekAll(into: Element): void {
  const search = document.querySelector<HTMLInputElement>("#search")!;
  search.value = "";
  search.dispatchEvent(new Event("input"));
  drawTable(into, "");
}

export function drawTable(into: Element, words: string): void {
  if (!store.layers) {
    fill(into, h("p", { class: "empty", role: "status" }, say("planComing")));
    return;
  }
  const redraw = (): void => drawTable(into, words);
  const wanted = words.trim().toLowerCase();
  const all = [...(store.features.get("parcels")?.values() ?? [])];
  const some = all.filter((one) => !wanted || one.id.toLowerCase().includes(wanted) || String(one.properties["land_use"] ?? "").startsWith(wanted));
  const whole = wanted && all.length > 0 && h("button", { class: "link", onclick: () => seekAll(into) }, say("showAll"));
  if (!some.length) {
    fill(into, h("p", { class: "empty" }, say(all.length ? "nothingFound" : "noParcels"), " ", whole));
    return;
  }
  const place = (one: Feature): number => order?.places.get(one.id) ?? Infinity;
  if (order) some.sort((one, two) => place(one) - place(two) || 0);
  const shown = some.slice(0, PAGE);
  fill(
    into,
    h("p", { class: "about" }, say("tableHelp")),
    h(
      "table",
      { class: "sheet", onkeydown: (event: KeyboardEvent) => walk(event, shown), onpaste: (event: ClipboardEvent) => paste(event, shown) },
      h("caption", {}, wanted && `“${words.trim()}”${say("colon")}${number(some.length, 0)} / `, counted(all.length, "parcels"), " ", whole),
      h("thead", {}, h("tr", {}, heading("id", say("id"), redraw), heading("area", say("area") + say("inHectares"), redraw), ...COLUMNS.map((column) => heading(column, columnName("parcels", column), redraw)))),
      h("tbody", {}, ...shown.map(row)),
    ),
    some.length > PAGE && h("p", { class: "empty" }, `+ ${number(some.length - PAGE, 0)}${say("colon")}${say("moreParcels")}`),
  );
}

const isChosen = (id: string): boolean => store.isChosen("parcels", id);

/** Marks the row of the parcel that is selected; the cells stay as they are, for somebody may type in one. */
export function markChosen(into: Element): void {
  for (const one of into.querySelectorAll<HTMLElement>("tr[data-id]")) one.classList.toggle("chosen", isChosen(one.dataset["id"]!));
}

function row(feature: Feature): HTMLElement {
  const choose = (): void => {
    if (!isChosen(feature.id)) store.select({ layer: "parcels", id: feature.id });
  };
  const area = areaOf(feature);
  return h(
    "tr",
    { class: isChosen(feature.id) ? "chosen" : "", "data-id": feature.id, onfocusin: (event: Event) => { if ((event.target as Element).matches("td *")) choose(); } },
    h("th", { scope: "row" }, h("button", { class: "link", id: `t-${feature.id}`, onclick: (event: MouseEvent) => {
      if (event.shiftKey || event.ctrlKey || event.metaKey) store.selectToo({ layer: "parcels", id: feature.id });
      else store.select({ layer: "parcels", id: feature.id });
    } }, idInWords(feature.id))), // prettier-ignore
    h("td", { class: "num" }, area === null ? "–" : toldApart(area / 10_000, 2, 0)),
    ...COLUMNS.map((column) => h("td", {}, field("parcels", [feature], column, true))),
  );
}

/** Which cell of the table an event comes from: its row among those shown, and its column. */
function cellOf(event: Event, shown: Feature[]): { at: number; column: number } | null {
  const input = event.target as HTMLElement;
  const column = COLUMNS.indexOf(input.dataset?.["column"] ?? "");
  const at = shown.findIndex((one) => input.id === `t-${one.id}-${COLUMNS[column]}`);
  return column < 0 || at < 0 ? null : { at, column };
}

/** Enter and the arrows go down and up within a column; what was typed is handed over as the field is left. */
function walk(event: KeyboardEvent, shown: Feature[]): void {
  const step = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey) ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : 0;
  const cell = step ? cellOf(event, shown) : null;
  if (!cell) return;
  event.preventDefault();
  const next = shown[cell.at + step];
  const input = next && document.getElementById(`t-${next.id}-${COLUMNS[cell.column]}`);
  if (!(input instanceof HTMLInputElement)) {
    (event.target as HTMLElement).blur();
    return;
  }
  input.focus();
  input.select();
}

/** A block copied from a spreadsheet is one step of edits from the cell on; none where one value cannot be read. */
function paste(event: ClipboardEvent, shown: Feature[]): void {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const cell = cellOf(event, shown);
  if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t")); // prettier-ignore
  const wide = Math.max(...lines.map((line) => line.length));
  if (cell.at + lines.length > shown.length || cell.column + wide > COLUMNS.length) {
    store.say(`${say("pasteTooLarge")} ${lines.length} × ${wide}`);
    return;
  }
  const edits: Edit[] = [];
  for (const [down, line] of lines.entries()) {
    const feature = shown[cell.at + down]!;
    for (const [right, given] of line.entries()) {
      const column = COLUMNS[cell.column + right]!;
      const value = typed(given, kindOf("parcels", feature, column), column);
      if (value === undefined) {
        store.say(`${say("pasteUnread")} ${feature.id}, ${columnName("parcels", column)}: “${given}”`);
        return;
      }
      if (value !== (feature.properties[column] ?? null)) edits.push({ op: "set", layer: "parcels", id: feature.id, column, value });
    }
  }
  if (edits.length) void store.edit(edits);
}
