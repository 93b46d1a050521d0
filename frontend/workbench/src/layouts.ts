// What a layout is to place: land, what homes count by, and of each use how many, how large, how near.

import { h } from "../../map/dom";
import { store } from "./store";
import { language, number, say } from "./words";
import type { LaidOut, Wanted } from "./types";

/** Green is what is left over, and housing is said in ha: neither has a number of sites. */
const [GREEN, HOUSING] = ["green", "residential"];
const COUNTED = { residents: "residents", area: "byArea", parcels: "byParcels", buildings: "byBuildings" } as const;
const HEADS = { count: "sitesOfIt", least_m2: "leastM2", most_m2: "mostM2", within_m: "nearM" } as const;

let onlySelected = false;
let open = false;

const selected = (): string[] => (store.selection?.layer === "parcels" ? store.chosen.map(({ id }) => id) : []);

/** Say of which land it is, as it is selected now; null where only selected parcels are wanted and none is. */
export function ofLand(wanted: Wanted): Wanted | null {
  if (wanted.kind !== "layout" || !onlySelected) return { ...wanted, vacant: [] };
  const vacant = selected();
  return vacant.length ? { ...wanted, vacant } : null;
}

/** What a refusal asks for -> the field that says it. */
const ASKED: Record<string, string> = { "refused.no_need": ".to-place input", "refused.numbers": ".to-place input", "refused.no_residents": "#propose-count-by" };

/** The field in which is said what a layout was refused for; the table of what to place is open where it stands there. */
export function fieldAskedFor(code: string | undefined): string | null {
  const field = ASKED[code ?? ""] ?? null;
  open ||= !!field?.startsWith(".to-place");
  return field;
}

export function layoutFields(wanted: Wanted): Node[] {
  const chosen = selected();
  // A map without parcels knows no residents: homes count by what is drawn.
  const counts = wanted.count_by ?? (store.features.get("parcels")?.size ? "residents" : "buildings");
  return [
    h("div", { class: "fields wanted" },
      h("label", {}, say("countBy"), h("select", { id: "propose-count-by", onchange: (event: Event) => { wanted.count_by = (event.target as HTMLSelectElement).value; } },
        ...Object.entries(COUNTED).map(([by, word]) => h("option", { value: by, selected: by === counts }, say(word)))))),
    ...(chosen.length || onlySelected
      ? [h("p", { class: "about" },
          h("input", { type: "checkbox", id: "propose-selected", checked: onlySelected, onchange: (event: Event) => { onlySelected = (event.target as HTMLInputElement).checked; } }),
          h("label", { for: "propose-selected" }, `${say("layoutSelected")}${say("colon")}${number(chosen.length, 0)}`))]
      : []),
    h("details", { class: "to-place", open, ontoggle: (event: Event) => { open = (event.target as HTMLDetailsElement).open; } },
      h("summary", {}, say("whatToPlace")), table(wanted)),
  ]; // prettier-ignore
}

function table(wanted: Wanted): HTMLElement {
  const heads = Object.entries(HEADS) as [keyof LaidOut, (typeof HEADS)[keyof LaidOut]][];
  return h("table", { class: "uses-to-place" },
    h("thead", {}, h("tr", {}, h("td", {}), ...heads.map(([, word]) => h("th", { scope: "col" }, say(word))))),
    h("tbody", {}, ...Object.entries(store.vocabulary.laid_out).map(([use, names]) =>
      h("tr", {}, h("th", { scope: "row" }, names[language()] + (use === HOUSING ? say("inHectares") : "")),
        ...heads.map(([what, word]) => h("td", {}, cell(wanted, use, what, `${names[language()]}${say("colon")}${say(word)}`))))))); // prettier-ignore
}

function cell(wanted: Wanted, use: string, what: keyof LaidOut, label: string): HTMLElement | null {
  if ((use === GREEN && what !== "within_m") || (use === HOUSING && what === "within_m")) return null;
  const hectares = use === HOUSING && what === "count";
  const value = hectares ? wanted.homes_ha || null : wanted.uses[use]?.[what];
  const put = (event: Event): void => {
    const given = (event.target as HTMLInputElement).valueAsNumber;
    if (hectares) wanted.homes_ha = given || 0;
    else wanted.uses[use] = { ...wanted.uses[use], [what]: given || null };
  };
  return h("input", { type: "number", min: 0, step: hectares ? "any" : 1, "aria-label": hectares ? label + say("inHectares") : label, "data-use": use, "data-of": what, value: value ?? "", onchange: put });
}
