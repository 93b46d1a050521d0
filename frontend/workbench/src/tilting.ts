// From where all of a plan is seen when the map is tilted: nearer ground is drawn larger, and what is high reaches up.

/** The map's lens: how many of its heights the eye is from what stands in its middle (MapLibre's angle of view). */
const AWAY = 1.5;
const RADIAN = Math.PI / 180;

/** How a box of land is looked at, with what stands on it, in metres; the paper, and what of it stays free at its edges, in pixels. */
export interface Sight {
  box: readonly [west: number, south: number, east: number, north: number];
  high: number;
  wide: number;
  tall: number;
  free: number;
  pitch: number;
  bearing: number;
}

/** The pixels a metre takes in the middle, and the spot in the middle, by which the box just has room. */
export function sightOf({ box: [west, south, east, north], high, wide, tall, free, pitch, bearing }: Sight): { perMetre: number; middle: [number, number] } {
  const [sinB, cosB] = [Math.sin(bearing * RADIAN), Math.cos(bearing * RADIAN)];
  const [sinP, cosP] = [Math.sin(pitch * RADIAN), Math.cos(pitch * RADIAN)];
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const corners = [west, east].flatMap((cx) => [south, north].flatMap((cy) => [0, high].map((cz) => ({
    right: (cx - x) * cosB - (cy - y) * sinB, up: (cx - x) * sinB + (cy - y) * cosB, high: cz,
  })))); // prettier-ignore
  const away = AWAY * tall;
  /** Half the room that the corners take at a scale, with the middle so far up the paper. */
  const room = (scale: number, shift: number): { aside: number; above: number; below: number } => {
    const seen = corners.map((one) => {
      const [up, z] = [(one.up - shift) * scale, one.high * scale];
      const depth = away + up * sinP - z * cosP;
      // What lies behind the eye has no room at any scale this large.
      const by = depth > 0 ? away / depth : Infinity;
      return { aside: Math.abs(one.right * scale * by), up: (up * cosP + z * sinP) * by };
    });
    return { aside: Math.max(...seen.map((one) => one.aside)), above: Math.max(...seen.map((one) => one.up)), below: Math.max(...seen.map((one) => -one.up)) };
  };
  const reach = Math.hypot(east - west, north - south) + high || 1;
  const between = (low: number, top: number, isMore: (value: number) => boolean): number => {
    for (let step = 0; step < 40; step += 1) {
      const value = (low + top) / 2;
      if (isMore(value)) low = value;
      else top = value;
    }
    return low;
  };
  const shiftAt = (scale: number): number => between(-reach, reach, (shift) => room(scale, shift).above > room(scale, shift).below);
  const perMetre = between(0, (4 * Math.max(wide, tall)) / reach, (scale) => {
    const { aside, above, below } = room(scale, shiftAt(scale));
    return aside < wide / 2 - free && above < tall / 2 - free && below < tall / 2 - free;
  });
  const shift = shiftAt(perMetre);
  return { perMetre, middle: [x + shift * sinB, y + shift * cosB] };
}
