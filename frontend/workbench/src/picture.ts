// A picture of the map to take away: under it, which plan and scenario it shows, how large, where north is, and the legend.

import { h } from "../../map/dom";
import { hatch } from "../../map/hatch";
import { scaleOf } from "../../map/scale";
import { legendRows } from "./legend";
import type { PlanMap } from "./map";
import { store } from "./store";
import { say } from "./words";

/** The strip under the map, and what stands in it, px. */
const STRIP = 32;
const ASIDE = 12;
/** A line of the legend, its sample and the least width of its columns, px. */
const LINE = 20;
const SAMPLE = 18;
const COLUMN = 190;
const INK = "#14202b";
const PAPER = "#ffffff";

/** Draws a sample of the legend as the page shows it, around the middle of a line. */
function drawSample(pen: CanvasRenderingContext2D, sample: HTMLElement, left: number, middle: number): void {
  const { style } = sample;
  const circle = (radius: number, fill: string, edge: string, wide: number): void => {
    pen.beginPath();
    pen.arc(left + SAMPLE / 2, middle, radius, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = wide;
    pen.strokeStyle = edge;
    pen.stroke();
  };
  pen.save();
  if (sample.className === "stroke") {
    pen.lineWidth = Number.parseFloat(style.borderTopWidth);
    pen.strokeStyle = style.borderTopColor;
    if (style.borderTopStyle === "dashed") pen.setLineDash([5, 3]);
    pen.beginPath();
    pen.moveTo(left, middle);
    pen.lineTo(left + SAMPLE, middle);
    pen.stroke();
  } else if (sample.className === "dot") {
    circle(4, style.backgroundColor, style.borderColor, 2);
  } else if (sample.className === "mark") {
    circle(8, PAPER, INK, 1);
    pen.font = "600 11px sans-serif";
    pen.textAlign = "center";
    pen.fillStyle = INK;
    pen.fillText(sample.textContent, left + SAMPLE / 2, middle + 0.5);
  } else {
    const tile = h("canvas", { width: 12, height: 12 });
    tile.getContext("2d")!.putImageData(hatch(), 0, 0);
    pen.fillStyle = sample.className === "hatched" ? pen.createPattern(tile, "repeat")! : style.backgroundColor;
    pen.globalAlpha = Number(style.opacity || 1);
    pen.fillRect(left, middle - 6, SAMPLE, 12);
    pen.globalAlpha = 1;
    pen.lineWidth = 0.7;
    pen.strokeStyle = "rgba(20, 32, 43, 0.5)";
    pen.strokeRect(left, middle - 6, SAMPLE, 12);
  }
  pen.restore();
}

/** Saves the map as it stands. */
export async function savePicture(plan: PlanMap | null, title: string): Promise<void> {
  const drawn = await plan?.picture();
  if (!plan || !drawn) return;
  const map = await createImageBitmap(drawn);
  const wide = plan.map.getContainer().clientWidth;
  const ratio = map.width / wide;
  const legend = legendRows(plan);
  const columns = Math.max(1, Math.floor((wide - ASIDE) / COLUMN));
  const lines = Math.ceil(legend.length / columns);
  const under = STRIP + (lines ? lines * LINE + ASIDE : 0);
  const canvas = h("canvas", { width: map.width, height: map.height + Math.round(under * ratio) });
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(map, 0, 0);
  pen.translate(0, map.height);
  pen.scale(ratio, ratio);
  pen.font = "13px sans-serif";
  pen.textBaseline = "middle";
  pen.fillStyle = pen.strokeStyle = INK;
  let room = wide - 2 * ASIDE;
  // A tilted map has another scale, and another north, at each place.
  if (!plan.isTilted) {
    const { pixels, said } = scaleOf(plan.map);
    const label = `${said}   N ↑`;
    const left = wide - ASIDE - pen.measureText(label).width;
    pen.fillText(label, left, STRIP / 2);
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(left - ASIDE - pixels, STRIP / 2 - 3);
    pen.lineTo(left - ASIDE - pixels, STRIP / 2 + 3);
    pen.lineTo(left - ASIDE, STRIP / 2 + 3);
    pen.lineTo(left - ASIDE, STRIP / 2 - 3);
    pen.stroke();
    room = left - pixels - 3 * ASIDE;
  }
  const { scenario, base_map } = store.state;
  const ground = base_map !== null && plan.isShown("baseMap") ? ` · ${say("baseMap")}${say("colon")}${base_map}` : "";
  pen.fillText(`${title} · ${store.called(scenario)}${ground}`, ASIDE, STRIP / 2, room);
  pen.font = "12px sans-serif";
  const column = (wide - ASIDE) / columns;
  legend.forEach(([sample, name], at) => {
    const left = ASIDE + Math.floor(at / lines) * column;
    const middle = STRIP + (at % lines) * LINE + LINE / 2;
    drawSample(pen, sample, left, middle);
    pen.fillText(name, left + SAMPLE + 6, middle, column - SAMPLE - 6 - ASIDE);
  });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = h("a", { href: URL.createObjectURL(blob), download: `${store.state.plan}-${store.state.scenario}.png` });
  link.click();
  URL.revokeObjectURL(link.href);
}
