// A picture of the map to take away: under it, which plan and scenario it shows, how large, and where north is.

import { h } from "../../map/dom";
import { scaleOf } from "../../map/scale";
import type { PlanMap } from "./map";
import { store } from "./store";

/** The strip under the map, and what stands in it, px. */
const STRIP = 32;
const ASIDE = 12;

/** Saves the map as it stands. */
export async function savePicture(plan: PlanMap | null, title: string): Promise<void> {
  const drawn = await plan?.picture();
  if (!plan || !drawn) return;
  const map = await createImageBitmap(drawn);
  const wide = plan.map.getContainer().clientWidth;
  const ratio = map.width / wide;
  const canvas = h("canvas", { width: map.width, height: map.height + Math.round(STRIP * ratio) });
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(map, 0, 0);
  pen.translate(0, map.height);
  pen.scale(ratio, ratio);
  pen.font = "13px sans-serif";
  pen.textBaseline = "middle";
  pen.fillStyle = pen.strokeStyle = "#14202b";
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
  pen.fillText(`${title} · ${store.called(store.state.scenario)}`, ASIDE, STRIP / 2, room);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = h("a", { href: URL.createObjectURL(blob), download: `${store.state.plan}-${store.state.scenario}.png` });
  link.click();
  URL.revokeObjectURL(link.href);
}
