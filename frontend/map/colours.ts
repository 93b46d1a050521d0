// Fills of land uses, from the one table that sheets are drawn with too: those that offices draw with, or a set that
// every kind of colour vision can tell apart. A code without a fill of its own has that of the class above it.

export interface Fill {
  colour: string;
  safe?: string | null;
}

export const UNKNOWN = "#e3e3e3";
const OTHER = "#d9d9d9";

export function fillOf(uses: Record<string, Fill>, code: string | null | undefined, safe: boolean): string {
  if (!code) return UNKNOWN;
  for (let end = code.length; end >= 1; end -= 1) {
    const found = uses[code.slice(0, end)];
    const colour = safe ? found?.safe : found?.colour;
    if (colour) return colour;
  }
  return OTHER;
}

/** Where this browser keeps that its reader chose the safe fills, for all maps of this address. */
const KEPT = "blockplan-colours";

/** Whether the safe fills were chosen here before; a browser that keeps nothing begins with those of offices. */
export function choseSafe(): boolean {
  try {
    return localStorage.getItem(KEPT) === "safe";
  } catch {
    return false;
  }
}

export function chooseSafe(safe: boolean): void {
  try {
    if (safe) localStorage.setItem(KEPT, "safe");
    else localStorage.removeItem(KEPT);
  } catch {
    // It holds for this page alone.
  }
}

/** Black or white, whichever is read better on a fill. */
export function inkOn(fill: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(fill.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#14202b" : "#ffffff";
}
