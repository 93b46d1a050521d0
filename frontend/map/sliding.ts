// Where drawing takes long, the picture that was drawn goes along with the hand, as in maps made of pictures: the camera
// moves as ever, and what it sees is drawn once it stands still. Where drawing is quick, nothing of this happens.

import type { LngLat, Map as MapLibre } from "maplibre-gl";
import { Backdrop } from "./backdrop";

/** Drawing is slow where a frame takes longer than this on the reader's machine: less than 30 frames a second. */
const SLOW_MS = 35;
/** A hand that holds still for so long looks at the map. */
const STILL_MS = 150;
/** Drawn anew on the way once this share of the picture has left the map, or it is that much too large or too small. */
const [LEFT, SCALED] = [2 / 3, 2.5];

interface Drawn {
  center: LngLat;
  zoom: number;
  bearing: number;
  pitch: number;
  wide: number;
  high: number;
}

export class Sliding {
  private drawn: Drawn | null = null;
  private slid = "";
  private took: number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = false;
  private readonly backdrop: Backdrop;

  /** A map that follows another one is drawn anew when that one stands still. */
  constructor(private readonly map: MapLibre, private readonly leader: MapLibre = map) {
    this.backdrop = new Backdrop(map);
    this.takeOver();
    // MapLibre asks the canvas where on the map the pointer is: the map stays where it is when its picture slides.
    const canvas = map.getCanvas();
    canvas.getBoundingClientRect = () => map.getCanvasContainer().getBoundingClientRect();
    leader.on("moveend", this.end);
  }

  /** Whether the picture on the screen is still to be drawn anew. */
  get waits(): boolean {
    return this.slid !== "";
  }

  /** The picture was measured to take long: the last two times, as one alone may have waited for something else. */
  get slow(): boolean {
    return this.took.length > 1 && Math.min(...this.took) > SLOW_MS;
  }

  /** The same land has another look by now. */
  forget(): void {
    this.backdrop.clear();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.leader.off("moveend", this.end);
  }

  private end = (): void => {
    if (this.waits) this.map.triggerRepaint();
  };

  /** A frame of the map is names given their places, then paint: neither is done of a picture that slides. */
  private takeOver(): void {
    const { painter, style } = this.map;
    const [place, paint] = [style._updatePlacement.bind(style), painter.render.bind(painter)];
    let slides = false;
    style._updatePlacement = (...given) => {
      slides = this.slides();
      return slides ? false : place(...given);
    };
    painter.render = (...given) => {
      if (slides) return;
      this.arrive();
      const began = performance.now();
      paint(...given);
      this.time(began);
      if (this.slow && !this.leader.isMoving()) this.backdrop.keep();
    };
  }

  /** Moves the picture to where its land is now, if that will do. */
  private slides(): boolean {
    const { drawn, map } = this;
    if (!drawn || this.due || !this.slow || !this.leader.isMoving()) return false;
    const now = this.camera();
    const turned = now.pitch !== 0 || drawn.pitch !== 0 || now.bearing !== drawn.bearing || now.wide !== drawn.wide || now.high !== drawn.high;
    const scale = 2 ** (now.zoom - drawn.zoom);
    const { x, y } = map.project(drawn.center);
    if (turned || scale > SCALED || scale < 1 / SCALED || Math.abs(x - now.wide / 2) > LEFT * now.wide || Math.abs(y - now.high / 2) > LEFT * now.high) return false;
    const slid = `translate(${x - (scale * now.wide) / 2}px, ${y - (scale * now.high) / 2}px) scale(${scale})`;
    if (slid !== this.slid) {
      this.slid = map.getCanvas().style.transform = slid;
      this.backdrop.show();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.due = true;
        map.triggerRepaint();
      }, STILL_MS);
    }
    return true;
  }

  /** The picture is drawn for where the camera is. */
  private arrive(): void {
    clearTimeout(this.timer);
    this.due = false;
    this.drawn = this.camera();
    this.slid = this.map.getCanvas().style.transform = "";
    this.backdrop.hide();
  }

  private camera(): Drawn {
    const { map } = this;
    const { clientWidth: wide, clientHeight: high } = map.getContainer();
    return { center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch(), wide, high };
  }

  /** How long the browser was busy with a picture: it goes on drawing after it was told to, until the frame after next. */
  private time(began: number): void {
    requestAnimationFrame(() => {
      const first = performance.now();
      requestAnimationFrame(() => {
        if (!document.hidden) this.took = [...this.took.slice(-1), Math.max(first - began, performance.now() - first)];
      });
    });
  }
}
