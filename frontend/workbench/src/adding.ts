// What a point or a line that was drawn is to be: a facility, a stop, an entrance of a green, a street.

import { fill, h } from "../../map/dom";
import { store } from "./store";
import type { Tools } from "./tools";
import { columnName, layerName, valueName } from "./vocabulary";
import { say } from "./words";
import type { Place, Value } from "./types";

/** Layers that are drawn here -> how a new number begins, and the column that says what kind it is. */
const POINTS = { facilities: ["F", "service"], stops: ["S", "modes"], green_entrances: ["E", null] } as const;
const STREETS = ["ST", "class"] as const;
const MODES = ["bus", "subway", "tram", "rail"];
const PARCELS = ["P", "land_use"] as const;
type Drawn = keyof typeof POINTS | "streets" | "parcels";

/** Asks what a place is to be, and adds it. */
export function askPoint(card: HTMLElement, place: Place, parcel: string | null, tools: Tools): void {
  const layers = (Object.keys(POINTS) as (keyof typeof POINTS)[]).filter((layer) => layer !== "green_entrances" || parcel !== null);
  ask(card, layers, { type: "Point", coordinates: place }, parcel, tools);
}

/** Asks what kind of street a line is to be, and adds it. */
export function askStreet(card: HTMLElement, line: Place[], tools: Tools): void {
  ask(card, ["streets"], { type: "LineString", coordinates: line }, null, tools);
}

/** Asks what a parcel is to be, and adds it. */
export function askParcel(card: HTMLElement, ring: Place[], tools: Tools): void {
  ask(card, ["parcels"], { type: "Polygon", coordinates: [ring] }, null, tools);
}

function ask(card: HTMLElement, layers: Drawn[], geometry: GeoJSON.Geometry, parcel: string | null, tools: Tools): void {
  let layer = layers[0]!;
  tools.putAway = () => { card.hidden = true; }; // prettier-ignore
  const draw = (): void => {
    const [prefix, column] = layer === "streets" ? STREETS : layer === "parcels" ? PARCELS : POINTS[layer];
    const id = h("input", { id: "new-id", value: freeId(layer, prefix) });
    const choices = column === "modes" ? MODES : column === null ? [] : Object.keys(store.vocabulary.layers[layer]?.columns[column]?.values ?? {});
    const kind = layer === "parcels" ? h("input", { id: "new-kind", list: "uses" }) : h("select", { id: "new-kind" }, ...choices.map((one) => h("option", { value: one }, column === "modes" ? say(one as "bus") : valueName(layer, column!, one))));
    const add = async (): Promise<void> => {
      const row: Record<string, Value> = { [store.vocabulary.layers[layer]!.id!]: id.value };
      if (column !== null) row[column] = kind.value || null;
      if (layer === "facilities" || layer === "stops") row["status"] = "planned";
      if (parcel !== null && layer !== "stops") row["parcel_id"] = parcel;
      const answer = await store.edit([{ op: "add", layer, row, geometry }]);
      if (answer === null) return;
      tools.putAway = () => undefined; // the card says by now what came of it
      tools.take("select");
      store.select({ layer, id: id.value });
    };
    fill(
      card,
      layers.length > 1 &&
        h("label", {}, say("what"), h("select", { id: "new-layer", onchange: (event: Event) => { layer = (event.target as HTMLSelectElement).value as Drawn; draw(); } },
          ...layers.map((one) => h("option", { value: one, selected: one === layer }, layerName(one))))), // prettier-ignore
      (choices.length > 0 || layer === "parcels") && h("label", {}, h("span", {}, columnName(layer, column!)), kind),
      h("label", {}, say("id"), id),
      h("button", { class: "do", onclick: () => void add() }, say("add")),
      h("button", { class: "link", onclick: () => tools.take("select") }, say("cancel")),
    );
  };
  card.hidden = false;
  draw();
  card.querySelector<HTMLElement>("select, input")?.focus();
}

function freeId(layer: string, prefix: string): string {
  const taken = store.features.get(layer);
  let count = (taken?.size ?? 0) + 1;
  while (taken?.has(`${prefix}-${count}`)) count += 1;
  return `${prefix}-${count}`;
}
