// Fills of land uses: those that offices draw with, from the service's table, or a set that every kind of
// colour vision can tell apart. A code without a fill of its own has that of the class above it.

import { store } from "./store";

// No two are closer than deltaE 10 in normal, protan, deutan and tritan sight for the first-level uses drawn here.
const SAFE: Record<string, string> = {
  "07": "#faec9f", "0701": "#faec9f", "0702": "#e7d260", "08": "#aea6ff", "0802": "#aea6ff", "0803": "#eebb7c",
  "0804": "#d997db", "0805": "#abf1f3", "0806": "#ffa1a7", "0807": "#dbe3cc", "09": "#b33614", "0901": "#b33614",
  "0902": "#761756", "0904": "#f17f3a", "10": "#b09967", "11": "#a77ef2", "12": "#d9d9d9", "1207": "#ffffff",
  "13": "#5d8aa8", "14": "#2e8b57", "1401": "#2e8b57", "1402": "#8fc9a0", "1403": "#c3d98a", "16": "#f5f2e9",
  "17": "#8cc6ee",
}; // prettier-ignore

let safe = false;
export const isSafe = (): boolean => safe;
export function setSafe(on: boolean): void {
  safe = on;
}

export function colourOf(code: string | null): string {
  if (!code) return "#e3e3e3";
  if (safe) {
    for (let end = code.length; end >= 2; end -= 1) {
      const found = SAFE[code.slice(0, end)];
      if (found) return found;
    }
    return "#d9d9d9";
  }
  const uses = store.vocabulary.land_uses;
  for (let end = code.length; end >= 1; end -= 1) {
    const found = uses[code.slice(0, end)];
    if (found) return found.colour;
  }
  return "#d9d9d9";
}

/** Black or white, whichever is read better on a fill. */
export function inkOn(fill: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(fill.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#14202b" : "#ffffff";
}
