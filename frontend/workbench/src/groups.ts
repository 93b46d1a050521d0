// What the map shows and hides together.

/** What the map shows together: the layers of the plan that it comes from, and those of the map. */
export const GROUPS = {
  asPlanned: { sources: ["parcels"], layers: ["parcels-fill", "parcels-line"] },
  reach: { sources: [], layers: ["beyond-fill", "beyond-line"] },
  facilities: { sources: ["facilities"], layers: ["facilities-sign"] },
  streets: { sources: ["streets", "stops", "rail"], layers: ["streets-line", "stops-dot", "rail-line", "streets-text"] },
  entrances: { sources: ["green_entrances", "accesses", "setbacks"], layers: ["entrances-dot", "accesses-dot", "accesses-line", "setbacks-line"] },
  buildings: { sources: ["buildings"], layers: ["buildings-fill", "buildings-line"] },
  controls: { sources: ["control_lines"], layers: ["controls-fill", "controls-line", "controls-text"] },
  blocks: { sources: ["blocks", "subblocks"], layers: ["blocks-line", "subblocks-line"] },
  structure: { sources: ["structure", "areas"], layers: ["areas-line", "areas-text", "structure-fill", "structure-line", "structure-dot", "structure-text"] },
  baseMap: { sources: [], layers: ["base-map", "base-map-over"] },
  labels: { sources: [], layers: ["parcels-text", "parcels-code"] },
} as const;

export type Group = keyof typeof GROUPS;
/** Groups that are shown only once they are asked for. */
export const HIDDEN: Group[] = ["structure"];
