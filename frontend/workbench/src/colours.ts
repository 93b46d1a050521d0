// Which set of fills the workbench shows, from the service's table.

import { chooseSafe, choseSafe, fillOf } from "../../map/colours";
import { store } from "./store";

export { inkOn } from "../../map/colours";

let safe = choseSafe();
export const isSafe = (): boolean => safe;
export function setSafe(on: boolean): void {
  safe = on;
  chooseSafe(on);
}

export const colourOf = (code: string | null): string => fillOf(store.vocabulary.land_uses, code, safe);
