/**
 * What a record may show of each entry, and on what ground it keeps the rest back, by the whole of its log.
 *
 * Written from the page on the formats ("What a public record shows"), like the rest of this verifier.
 */

import { type Json, type Table, table } from "./canonical.mjs";

/** The submitter's own words: the newest of them stand for the opinion. */
const OWN = new Set(["submitted", "amended", "transcribed"]);
/** The office's work on the opinions, open with the report. */
const WORK = new Set(["segmented", "grouped", "theme", "themed", "folded", "answered"]);
/** Entries that change where a notice stands. */
const STEPS = new Set([
  "opened", "closed", "restarted", "notice_withdrawn", "answers_complete", "answers_reopened", "approved", "published",
  "in_force", "superseded",
]);
const PUBLISHED = new Set(["published", "in_force", "superseded"]);

interface Entry {
  seq: number;
  kind: string;
  held: boolean;
  opinion: string;
  body: Table | undefined;
}

/** What became of one opinion. */
interface Fate {
  withdrawn: boolean;
  withheld: boolean;
  /** Number of the entry with the words that stand in the place of its own. */
  redaction?: number | undefined;
  newest?: number;
  byClerk: boolean;
  looked: Set<number>;
}

/** The rule of a record, after all of its lines. */
export class Disclosure {
  readonly #fates = new Map<string, Fate>();
  readonly #erased = new Set<string>();
  #step = "";
  #publication = "none";

  constructor(lines: Table[]) {
    for (const line of lines) this.#take(entryOf(line));
  }

  /** Whether an entry says that a part of another is gone: "body", "person" or "files". */
  isErased(line: Table, part: string): boolean {
    return this.#erased.has(`${entryOf(line).seq} ${part}`);
  }

  /** Why the body of an entry is kept back; undefined where it is open. */
  ground(line: Table): string | undefined {
    const entry = entryOf(line);
    if (WORK.has(entry.kind)) return PUBLISHED.has(this.#step) ? undefined : "not_yet_published";
    if (!OWN.has(entry.kind) && entry.kind !== "redacted") return undefined;
    const fate = this.#fate(entry.opinion);
    if (fate.withdrawn) return "withdrawn";
    if (fate.withheld) return "withheld";
    if (fate.redaction !== undefined && fate.redaction !== entry.seq) return "redacted";
    if (fate.redaction === undefined && entry.kind === "redacted") return "replaced";
    if (OWN.has(entry.kind) && entry.seq !== fate.newest && !(fate.byClerk && this.#open())) return "replaced";
    if (entry.held && !fate.looked.has(entry.seq)) return "held";
    return this.#open() ? undefined : "publication";
  }

  /** Whether words are open by the notice's way of publishing. */
  #open(): boolean {
    return this.#publication === "live" || (this.#publication === "after_close_full" && this.#step !== "opened");
  }

  #take(entry: Entry): void {
    if (STEPS.has(entry.kind)) this.#step = entry.kind;
    if (entry.kind === "opened") this.#publication = String(entry.body?.["publication"] ?? "none");
    if (entry.kind === "erased") this.#takeErased(entry.body?.["entries"]);
    if (entry.opinion === "") return;
    const fate = this.#fate(entry.opinion);
    if (entry.kind === "withdrawn") fate.withdrawn = true;
    else if (entry.kind === "withheld") fate.withheld = true;
    else if (entry.kind === "restored") [fate.withheld, fate.redaction] = [false, undefined];
    else if (entry.kind === "redacted") [fate.withheld, fate.redaction] = [false, entry.seq];
    else if (entry.kind === "shown") fate.looked.add(Number(entry.body?.["of"]));
    else if (OWN.has(entry.kind)) {
      // What was redacted were the words before.
      [fate.newest, fate.redaction] = [entry.seq, undefined];
      fate.byClerk ||= entry.kind === "amended" && entry.body !== undefined && "by" in entry.body;
    }
  }

  #takeErased(entries: Json | undefined): void {
    for (const said of Array.isArray(entries) ? entries : []) {
      const { seq, parts } = table(said);
      for (const part of Array.isArray(parts) ? parts : []) this.#erased.add(`${String(seq)} ${String(part)}`);
    }
  }

  #fate(opinion: string): Fate {
    const found = this.#fates.get(opinion) ?? { withdrawn: false, withheld: false, byClerk: false, looked: new Set() };
    this.#fates.set(opinion, found);
    return found;
  }
}

function entryOf(line: Table): Entry {
  const leaf = table(line["leaf"]);
  const [seq, kind, held] = [Number(leaf["seq"]), String(leaf["kind"]), leaf["held"] === true];
  const body = "body" in line ? table(line["body"]) : undefined;
  const opinion = kind === "submitted" ? `O-${seq}` : String((body ?? line)["opinion"] ?? "");
  return { seq, kind, held, opinion, body };
}
