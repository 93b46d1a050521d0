// Published opinions by place: the list of the page, in step with the map. On a desk it stands on the map.

import { fill, h } from "../../map/dom";
import { filled, type Given, type Spoken } from "./data";
import type { PublicMap } from "./plan";

/** From this width on there is room for the list on the map. */
const WIDE = matchMedia("(min-width: 68.75rem)");
/** So many places are shown at once. */
const LISTED = 6;
/** Stands for places that were drawn, about no object. */
const DRAWN = "";

interface Group {
  about: string;
  features: GeoJSON.Feature[];
}

export class SpokenList {
  private groups: Group[] = [];
  private spoken: Spoken | null = null;
  private around: { spoken: Set<string>; metres: number } | null = null;
  private readonly home = document.createComment("");
  private readonly box = document.querySelector<HTMLDetailsElement>("#by-place");
  private readonly placeless = this.box?.querySelector<HTMLElement>(".placeless") ?? h("p", { class: "note placeless", hidden: true });

  /**
   * `wanted`: gives the opinions that the list is about; `open`: shows those of a place.
   */
  constructor(
    private root: HTMLElement,
    private plan: PublicMap,
    private given: Given,
    private wanted: () => void,
    private open: (about: string, features: GeoJSON.Feature[]) => void,
  ) {
    const { box } = this;
    if (!box) return;
    box.before(this.home);
    box.querySelector("ul")!.after(this.placeless);
    WIDE.addEventListener("change", () => this.put());
    this.put();
    for (const event of ["mouseover", "focusin"]) box.addEventListener(event, (one) => this.point(this.at(one)));
    for (const event of ["mouseleave", "focusout"]) box.addEventListener(event, () => this.point(null));
    box.addEventListener("click", (event) => {
      const about = this.at(event);
      const group = this.groups.find((one) => one.about === about);
      if (about === null || !group || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open(about, group.features);
    });
  }

  private put(): void {
    const box = this.box!;
    box.open = WIDE.matches;
    if (WIDE.matches) {
      this.root.append(box);
      this.wanted();
    } else this.home.after(box);
    this.plan.keepFree(WIDE.matches ? this.root.getBoundingClientRect().right - box.getBoundingClientRect().left : 0);
  }

  show(spoken: Spoken): void {
    this.spoken = spoken;
    this.draw();
  }

  /** The list is of some objects and opinions, within so many metres of a place; else of the whole plan. */
  near(spoken: string[], metres: number): void {
    this.around = metres ? { spoken: new Set(spoken), metres } : null;
    this.draw();
  }

  /** Marks the rows of opinions that the mouse is over on the map. */
  mark(features: GeoJSON.Feature[]): void {
    const ids = new Set(features.map((one) => one.properties?.["id"]));
    for (const row of this.rows()) {
      const group = this.groups.find((one) => one.about === row.dataset["about"]);
      row.classList.toggle("pointed", !!group?.features.some((one) => ids.has(one.properties!["id"])));
    }
  }

  private rows(): HTMLElement[] {
    return [...(this.box?.querySelectorAll<HTMLElement>("a[data-about]") ?? [])];
  }

  private at(event: Event): string | null {
    return (event.target as Element).closest<HTMLElement>("a[data-about]")?.dataset["about"] ?? null;
  }

  private point(about: string | null): void {
    const group = this.groups.find((one) => one.about === about);
    this.plan.point(group?.about ?? "", group?.features ?? []);
  }

  private draw(): void {
    const { box, spoken, around } = this;
    if (!box || !spoken) return;
    const { words } = this.given;
    const near = (one: string): boolean => !around || around.spoken.has(one);
    const groups = new Map<string, Group>();
    for (const one of spoken.features) {
      const { about: all, id } = one.properties as { about: string[]; id: string };
      const known = all.filter((about) => about in spoken.places);
      for (const about of known.length ? known.filter(near) : near(id) ? [DRAWN] : []) {
        if (!groups.has(about)) groups.set(about, { about, features: [] });
        groups.get(about)!.features.push(one);
      }
    }
    this.groups = [...groups.values()].sort((a, b) => b.features.length - a.features.length || (a.about < b.about ? -1 : 1)).slice(0, LISTED);
    const title = around ? filled(words, "by_place_within", { metres: Math.round(around.metres), n: new Set([...groups.values()].flatMap(({ features }) => features)).size }) : words["by_place"]!;
    fill(box.querySelector("h2")!, title);
    const lacking = around ? 0 : spoken.of - spoken.features.length;
    this.placeless.hidden = !lacking;
    fill(this.placeless, lacking > 0 && filled(words, "without_place", { n: lacking, of: spoken.of }));
    fill(box.querySelector("ul")!, ...this.groups.map(({ about, features }) => {
      const place = spoken.places[about];
      return h("li", {}, h("a", { href: place?.href ?? this.given.said, "data-about": about },
        h("b", { class: "count" }, features.length), h("span", {}, place?.name ?? words["drawn_places"]!, place && " ", place && h("span", { class: "note" }, place.where, " ", h("span", { class: "n" }, place.number)))));
    })); // prettier-ignore
  }
}
