// Signs of facilities: a letter in a ring, and those at one spot in a row.

import type { Map as MapLibre } from "maplibre-gl";

/** Images of signs are named by this and the sign. */
export const SIGN_IMAGE = "sign ";
const SIZE = 24;

/** Draws the sign of a facility when the map first asks for it: a letter in a ring. */
export function drawSigns(map: MapLibre): void {
  map.setMissingStyleImageResolver((id) => {
    if (!id.startsWith(SIGN_IMAGE) || map.hasImage(id)) return;
    const ratio = 2;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE * ratio;
    const pen = canvas.getContext("2d")!;
    pen.scale(ratio, ratio);
    pen.beginPath();
    pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 1.5, 0, 2 * Math.PI);
    pen.fillStyle = "#ffffff";
    pen.fill();
    pen.lineWidth = 1.3;
    pen.strokeStyle = pen.fillStyle = "#14202b";
    pen.stroke();
    pen.font = "600 13px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(id.slice(SIGN_IMAGE.length), SIZE / 2, SIZE / 2 + 0.5);
    map.addImage(id, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
  });
}

/** How far each of some places steps aside, in pixels of a full-size sign, so that those at one spot stand in a row. */
export function aside(places: readonly (readonly [number, number])[], near: number): [number, number][] {
  const rows: { at: readonly [number, number]; members: number[] }[] = [];
  places.forEach((place, number) => {
    const row = rows.find(({ at }) => Math.hypot(at[0] - place[0], at[1] - place[1]) <= near);
    if (row) row.members.push(number);
    else rows.push({ at: place, members: [number] });
  });
  const found: [number, number][] = places.map(() => [0, 0]);
  for (const { members } of rows) {
    members.forEach((number, rank) => { found[number] = [(rank - (members.length - 1) / 2) * SIZE, 0]; });
  }
  return found;
}
