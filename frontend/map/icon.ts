// Signs of strokes in a square of 20: none is a letter that a reader's fonts may lack.

const SIGNS = {
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  whole: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  position: "M10 2v3M10 15v3M2 10h3M15 10h3M10 6a4 4 0 1 0 0 8a4 4 0 1 0 0-8",
  measure: "M2 10h16M6 6l-4 4l4 4M14 6l4 4l-4 4",
  menu: "M3 5h14M3 10h14M3 15h14",
  undo: "M8 3L4 7l4 4M4 7h8a4 4 0 0 1 0 8H8",
  redo: "M12 3l4 4l-4 4M16 7H8a4 4 0 0 0 0 8h4",
  flag: "M5 18V3h10l-3 4l3 4H5",
  lock: "M4 9h12v8H4zM7 9V6a3 3 0 0 1 6 0v3",
};
export type Sign = keyof typeof SIGNS;

export function icon(sign: Sign): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const found = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true", class: "icon" })) found.setAttribute(name, value);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", SIGNS[sign]);
  found.append(line);
  return found;
}
