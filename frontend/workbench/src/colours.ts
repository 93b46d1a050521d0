// Which set of fills the workbench shows, from the service's table.

import { fillOf } from "../../map/colours";
import { store } from "./store";

export { inkOn } from "../../map/colours";

let safe = false;
export const isSafe = (): boolean => safe;
export function setSafe(on: boolean): void {
  safe = on;
}

export const colourOf = (code: string | null): string => fillOf(store.vocabulary.land_uses, code, safe);
