// What is loaded after the words: the map, and the tools that work at it.

export { PlanMap } from "./map";
export { Overview } from "./overview";
export { Tools } from "./tools";
