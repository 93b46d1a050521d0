// Many scenarios at once: an axis for each figure that differs, a line for each scenario.

import { h } from "../../map/dom";
import { store } from "./store";
import { number, say, scenarioName } from "./words";
import type { Comparison } from "./types";

interface Axis {
  name: string;
  /** A value for each scenario; null where it is not known, and the line is broken there. */
  values: (number | null)[];
  said: string[];
  required: number | null;
}

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 340;
const ROW = 56;
const MOST_AXES = 14;

export function draw(name: string, given: Record<string, string | number>, ...inside: (Node | string)[]): SVGElement {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, String(value));
  made.append(...inside);
  return made;
}

/** What the scenarios differ in: residents, what the plan carries, and every measured value of a rule. */
function axesOf(found: Comparison): Axis[] {
  const plain = (values: (number | null)[]): string[] => values.map((value) => number(value, 0));
  const [residents, carried] = [found.columns.map((one) => one.residents.central), found.columns.map((one) => one.capacity)];
  const heads: Axis[] = [
    { name: say("residents"), values: residents, said: plain(residents), required: null },
    { name: say("carries"), values: carried, said: plain(carried), required: null },
  ];
  const rules = found.verdicts.map((one): Axis => ({
    name: one.title + (one.scope.kind === "plan" ? "" : ` ${one.scope.id}`),
    values: one.by.map((by) => (by.judged ? by.measured : null)),
    said: one.by.map((by) => by.said),
    required: typeof one.required?.value === "number" ? one.required.value : null,
  }));
  const differs = ({ values }: Axis): boolean => new Set(values.map(String)).size > 1 && values.some((one) => one !== null);
  return [...heads, ...rules].filter(differs).slice(0, MOST_AXES);
}

/** Words at a place of the drawing, where they begin, end or have their middle. */
interface Words {
  x: number;
  y: number;
  anchor: "start" | "mid" | "end";
  said: string;
}

/** What the least and the most of an axis are, each at its place; the least alone where the two would touch. */
function ends(axis: Axis, place: (value: number) => number, y: number): Words[] {
  const known = axis.values.flatMap((value, at) => (value === null ? [] : [{ x: place(value), said: axis.said[at]! }])).sort((one, other) => one.x - other.x);
  const [least, most] = [known[0]!, known[known.length - 1]!];
  const apart = most.x - least.x > 6 * (least.said.length + most.said.length);
  return (apart ? [least, most] : [least]).map(({ x, said }) => {
    const anchor = x < WIDTH / 3 ? "start" : x > (2 * WIDTH) / 3 ? "end" : "mid";
    return { x: anchor === "start" ? x + 7 : anchor === "end" ? x - 7 : x, y, anchor, said };
  });
}

export function parallel(found: Comparison): HTMLElement {
  const axes = axesOf(found);
  // How verdicts came out may differ where no value is known; it stands in the figures below.
  if (axes.length === 0) return h("p", { class: "empty" }, say(found.verdicts.some((one) => one.differs) ? "noMeasuredDifference" : "noDifference"));
  const height = ROW * axes.length + 12;
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "parallel", role: "img", "aria-label": say("allScenarios") });
  const place = (axis: Axis, value: number): number => {
    const known = [...axis.values, axis.required].filter((one): one is number => one !== null);
    const [least, most] = [Math.min(...known), Math.max(...known)];
    return most === least ? WIDTH / 2 : 12 + ((WIDTH - 24) * (value - least)) / (most - least);
  };
  const names: Words[] = [];
  axes.forEach((axis, at) => {
    const y = ROW * at + 30;
    svg.append(draw("line", { x1: 8, x2: WIDTH - 8, y1: y, y2: y, class: "axis" }));
    names.push({ x: 19, y: y - 16, anchor: "start", said: axis.name }, ...ends(axis, (value) => place(axis, value), y + 13));
    if (axis.required !== null) {
      const x = place(axis, axis.required);
      svg.append(draw("line", { x1: x, x2: x, y1: y - 8, y2: y + 8, class: "limit" }));
    }
  });
  const lines = found.columns.map((one, which) => {
    const points = axes.map((axis, at) => {
      const value = axis.values[which] ?? null;
      return value === null ? null : `${place(axis, value).toFixed(1)},${ROW * at + 30}`;
    });
    const path = points.map((point, at) => (point === null ? "" : `${at === 0 || points[at - 1] === null ? "M" : "L"}${point}`)).join("");
    const line = draw("path", { d: path, class: one.id === store.state.scenario ? "now" : "", "data-of": one.id });
    return draw("g", {}, line, ...points.filter((point) => point !== null).map((point) => draw("circle", { cx: point.split(",")[0]!, cy: point.split(",")[1]!, r: 3 })));
  });
  svg.append(...lines);
  const choose = (which: number | null): void => lines.forEach((line, at) => line.setAttribute("class", which === null ? "" : at === which ? "chosen" : "faint"));
  const buttons = found.columns.map((one, which) =>
    h("button", {
      class: "link", "aria-pressed": "false",
      onclick: (event: Event) => {
        const button = event.currentTarget as HTMLElement;
        const on = button.getAttribute("aria-pressed") !== "true";
        button.parentElement!.querySelectorAll("button").forEach((each) => each.setAttribute("aria-pressed", "false"));
        button.setAttribute("aria-pressed", String(on));
        choose(on ? which : null);
      },
    }, scenarioName(one.id))); // prettier-ignore
  // The words lie on the paper, over the lines that cross them.
  const drawn = h("div", { class: "parallel-box" }, ...names.map(({ x, y, anchor, said }) =>
    h("span", { class: anchor, "aria-hidden": "true", style: `left:${(100 * x) / WIDTH}%;top:${(100 * y) / height}%` }, said))); // prettier-ignore
  drawn.prepend(svg);
  return h(
    "section",
    { class: "many" },
    h("p", { class: "about" }, say("allScenariosAbout")),
    h("p", { class: "names", role: "group", "aria-label": say("scenarios") }, ...buttons),
    drawn,
  ); // prettier-ignore
}
