// Before and after: a second map of today lies over the first, cut at a border that a slider moves.

import { h } from "../../map/dom";
import type { Given, PlanData } from "./data";
import { PublicMap } from "./plan";

export class Compare {
  private over: PublicMap | null = null;
  private box: HTMLElement | null = null;
  private slider: HTMLInputElement | null = null;
  private sides: HTMLElement | null = null;

  constructor(
    private plan: PublicMap,
    private given: Given,
    private data: PlanData,
    private stage: HTMLElement,
  ) {}

  start(safe: boolean): void {
    if (this.over) return;
    this.box = h("div", { class: "over", "aria-hidden": "true" });
    this.slider = h("input", { type: "range", min: "0", max: "100", value: "50", class: "divide", "aria-label": this.given.words["divide"]! });
    const { today, planned } = this.given.words;
    this.sides = h("p", { class: "sides", "aria-hidden": "true" }, h("span", {}, today!), h("span", {}, planned!));
    this.stage.append(this.box, this.sides, this.slider);
    const over = new PublicMap(this.box, this.given, this.data, { when: "existing_land_use", follow: this.plan, safe });
    this.over = over;
    void over.ready.then(() => { if (!this.plan.groundShown) over.ground(false); });
    this.follow();
    this.plan.map.on("move", this.follow);
    this.slider.addEventListener("input", this.cut);
    this.cut();
  }

  colours(safe: boolean): void {
    this.over?.colours(safe);
  }

  ground(shown: boolean): void {
    this.over?.ground(shown);
  }

  stop(): void {
    this.plan.map.off("move", this.follow);
    this.over?.sliding.stop();
    this.over?.map.remove();
    this.box?.remove();
    this.slider?.remove();
    this.sides?.remove();
    this.over = null;
  }

  private follow = (): void => {
    const { map } = this.plan;
    this.over?.map.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
  };

  private cut = (): void => {
    const at = this.slider?.value ?? "50";
    for (const part of [this.box, this.sides]) part?.style.setProperty("--cut", `${at}%`);
    this.sides?.style.setProperty("--at", at);
  };
}
