// What the workbench knows: one object, and whoever asks to be told when it changes.

import * as api from "./api";
import { counted, say, scenarioName } from "./words";
import type { Answer, Branch, Changed, Clash, Edit, Fault, Feature, Layers, News, Outcome, Result, State, Verdict, Vocabulary } from "./types";

export interface Selection {
  layer: string;
  id: string;
}

/** An edit that clashes with what somebody else did meanwhile, field by field. */
export interface Conflict {
  edits: Edit[];
  clashes: Clash[];
  message: string;
}

export type Topic = "plan" | "verdicts" | "selection" | "state" | "busy" | "view" | "conflict" | "news" | "outcomes";
/** So many scenarios are judged beside the one that is open. */
const MOST_JUDGED = 12;
/** So long a word stays that says what was done, ms. */
const TOLD_MS = 12_000;
/** So many errors and warnings of an import are shown where its files were dropped. */
const FINDINGS_SHOWN = 4;
/** A scenario's name has so many letters at most. */
const LONGEST_NAME = 60;
type Listener = (topic: Topic, answer?: Answer) => void;

export const key = (verdict: { rule: string; scope?: { id: string }; id?: string }): string =>
  `${verdict.rule} ${verdict.scope?.id ?? verdict.id ?? ""}`;

/** Whether a verdict is of one object, and not of the plan, nor of all objects of a kind together. */
export const isPart = ({ scope }: Pick<Verdict, "scope">): boolean => scope.kind !== "plan" && scope.id !== "*";

class Store {
  state!: State;
  result!: Result;
  vocabulary!: Vocabulary;
  layers!: Layers;
  /** Layer -> id -> feature, in the plan's metres. */
  features = new Map<string, Map<string, Feature>>();
  /** Verdicts as they were before the last step, by rule and object. */
  before = new Map<string, Verdict>();
  carriedBefore: number | null = null;
  last: Answer | null = null;
  selection: Selection | null = null;
  /** What is selected besides, of the same layer. */
  besides = new Set<string>();
  /** Scenarios, and which came from which. */
  branches: Branch[] = [];
  /** Features as they were when the scenario began, of those that changed since; null was not there. */
  private was = new Map<string, Feature | null>();
  chosenRule: string | null = null;
  chosenReading: string | null = null;
  /** How the verdicts of other scenarios came out, as far as they were judged. */
  outcomes = new Map<string, Partial<Record<Outcome, number>>>();
  busy = 0;
  conflict: Conflict | null = null;
  notice: { text: string; kind: "error" | "info"; more?: string[] } | null = null;
  /** The field whose words are no value for it, and these words: they stand there until the next step. */
  unread: { field: string; words: string } | null = null;
  /** Why the service did not answer when it was asked last; null where it did. */
  lost: "offline" | "signedOut" | null = null;
  /** Why it last refused to tell what others did. */
  private untold = "";
  /** Edits that got no answer, in their order, and after which step they were meant to be made. */
  private unsent: { steps: Edit[][]; seq: number } = { steps: [], seq: 0 };
  private listeners: Listener[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private loaded: Promise<unknown> = Promise.resolve();

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  tell(topic: Topic, answer?: Answer): void {
    for (const listener of this.listeners) listener(topic, answer);
  }

  async load(): Promise<void> {
    await Promise.all([this.loadWords(), this.loadLayers()]);
  }

  /** What stands in words: the plan, its verdicts, and what things are called. */
  async loadWords(): Promise<void> {
    const [state, result, vocabulary, { branches }] = await Promise.all([api.getState(), api.getResult(), this.vocabulary ?? api.getVocabulary(), api.getBranches()]);
    this.branches = branches;
    this.vocabulary = vocabulary;
    this.state = state;
    api.workAt(state.scenario);
    this.result = result;
    this.before.clear();
    this.carriedBefore = null;
    this.last = null;
  }

  /** What lies on the map; a step waits until it is there. */
  loadLayers(): Promise<void> {
    const done = api.getLayers().then((layers) => {
      this.layers = layers;
      this.features.clear();
      this.was = new Map();
      for (const [name, layer] of Object.entries(layers.layers)) {
        this.features.set(name, new Map(layer.features.map((feature) => [feature.id, feature])));
      }
      void this.recall().catch(() => undefined);
    });
    this.loaded = done.catch(() => undefined);
    return done;
  }

  /** What was edited before the page was opened has a value that it had before, too. */
  private async recall(): Promise<void> {
    const { was } = this; // another scenario that is opened meanwhile has its own
    const { features } = await api.getEarlier();
    for (const { layer, id, feature } of features) was.set(`${layer} ${id}`, feature);
    this.tell("selection");
  }

  /** Asks how the other scenarios are judged, one after the other, while the page is worked with. */
  async askOutcomes(): Promise<void> {
    const names = Object.keys(this.state.scenarios).filter((name) => name !== this.state.scenario).slice(0, MOST_JUDGED);
    for (const name of names) {
      const { outcomes } = await api.getOutcomes(name);
      this.outcomes.set(name, outcomes);
      this.tell("outcomes");
    }
  }

  /** A scenario by its name and title. */
  called(scenario: string): string {
    const title = this.state.scenarios[scenario];
    return title && title !== scenario && scenario !== "base" ? `${scenario} · ${title}` : scenarioName(scenario);
  }

  feature(selection: Selection | null): Feature | undefined {
    return selection ? this.features.get(selection.layer)?.get(selection.id) : undefined;
  }

  /** All that is selected, what was selected last in the end. */
  get chosen(): Feature[] {
    const last = this.feature(this.selection);
    if (!last) return [];
    const all = this.features.get(this.selection!.layer);
    return [...[...this.besides].map((id) => all?.get(id)).filter((one) => one !== undefined), last];
  }

  isChosen(layer: string, id: string): boolean {
    return this.selection?.layer === layer && (this.selection.id === id || this.besides.has(id));
  }

  /** What a feature was when the scenario began, if it changed since. */
  earlier(layer: string, id: string): Feature | null | undefined {
    return this.was.get(`${layer} ${id}`);
  }

  get verdict(): Verdict | undefined {
    return this.result.verdicts.find((one) => key(one) === this.chosenRule);
  }

  select(selection: Selection | null, besides: Iterable<string> = []): void {
    this.unread = null; // fields of others bear the same names
    this.selection = selection;
    this.besides = new Set(besides);
    if (selection) this.besides.delete(selection.id);
    this.tell("selection");
  }

  /** Selects one more of the same layer, or one less; of another layer it alone. */
  selectToo(selection: Selection): void {
    const { layer, id } = selection;
    if (this.selection?.layer !== layer) return this.select(selection);
    const ids = [...this.besides, this.selection.id];
    if (!this.isChosen(layer, id)) return this.select(selection, ids);
    const left = ids.filter((one) => one !== id);
    const last = left.pop();
    this.select(last === undefined ? null : { layer, id: last }, left);
  }

  choose(rule: string | null, reading: string | null = null): void {
    this.chosenRule = rule;
    this.chosenReading = reading;
    this.tell("view");
  }

  /** Words were typed into a field that are no value for it. */
  refuse(field: string, words: string, why: string): void {
    this.unread = { field, words };
    this.say(why);
  }

  /** What stands in a field is a value. */
  read(field: string): void {
    if (this.unread?.field !== field) return;
    this.unread = this.notice = null;
    this.tell("busy");
  }

  say(text: string, kind: "error" | "info" = "error"): void {
    const notice = (this.notice = { text, kind });
    this.tell("busy");
    // What is only told has been read by then; an error stays until the next step.
    if (kind === "info") setTimeout(() => { if (this.notice === notice) { this.notice = null; this.tell("busy"); } }, TOLD_MS); // prettier-ignore
  }

  edit(edits: Edit[]): Promise<Answer | null> {
    return this.step(() => api.postEdits(edits, this.state.seq), edits);
  }
  undo(): Promise<Answer | null> {
    return this.step(() => api.postUndo(this.state.seq));
  }
  redo(): Promise<Answer | null> {
    return this.step(() => api.postRedo(this.state.seq));
  }

  takeProposal(only: string[] | null): Promise<Answer | null> {
    return this.step(() => api.postProposalTake(only));
  }

  /** Opens what was dropped on the window in the place of the plan. */
  async drop(form: Promise<FormData>): Promise<void> {
    await this.step(async () => {
      const { package: name, findings } = await form.then(api.postFiles).catch((error: unknown) => {
        throw error instanceof api.Refusal && error.status === 422 ? new api.Refusal(`${say("notOpened")}\n${error.message}`, "", 422) : error;
      });
      api.workAt(null); // the new plan may have no scenario of that name
      this.outcomes.clear();
      await this.load();
      this.select(null);
      this.chosenRule = null;
      this.tell("plan");
      const told = [...findings].sort((one, other) => Number(one.grade === "note") - Number(other.grade === "note")).map(({ file, layer, message }) => [file, file.includes(layer) ? "" : layer].filter(Boolean).join(" ") + (file && say("colon")) + message);
      const first = Math.min(FINDINGS_SHOWN, findings.filter((one) => one.grade !== "note").length);
      const head = `${name}${findings.length ? ` · ${counted(findings.length, "findings")}` : ""}`;
      this.notice = { text: [head, ...told.slice(0, first)].join("\n"), kind: "info", more: told.slice(first) };
      return null;
    });
  }

  takePart(from: string, only: string[]): Promise<Answer | null> {
    return this.step(() => api.postTake(from, only, this.state.seq));
  }

  back(version: string): Promise<Answer | null> {
    return this.step(() => api.postBack(version, this.state.seq));
  }

  open(said: { open: string } | { branch: string }): Promise<boolean> {
    return this.done(() => this.turnTo(said));
  }

  private async turnTo(said: { open: string } | { branch: string }): Promise<void> {
    api.workAt((await api.postScenario(said)).scenario);
    await this.load();
    this.tell("plan");
  }

  /** Names the scenario as it is now, locks it, or unlocks it. */
  keep(said: { version: string } | { lock: string } | { unlock: string }): Promise<boolean> {
    return this.done(async () => {
      const seen = this.state.seq;
      const state = await api.postScenario(said, seen);
      if (state.seq > seen) this.catchUp(await api.getNews(seen));
      else this.state = state;
      ({ branches: this.branches } = await api.getBranches());
      this.tell("state");
    });
  }

  /** What is no edit, in its turn; gives whether it was done. */
  private async done(act: () => Promise<void>): Promise<boolean> {
    let done = false;
    await this.step(async () => {
      await act();
      done = true;
      return null;
    });
    return done;
  }

  /** Edits of a locked scenario go into a branch of it. */
  private async inBranch(edits: Edit[]): Promise<Answer> {
    const locked = this.state.scenario;
    const branch = await this.freeBranch(locked);
    const answer = await api.postEdits(edits, this.state.seq);
    this.take(answer);
    this.say(`${scenarioName(locked)}${say("colon")}${say("lockedMoved")} ${branch}`, "info");
    return answer;
  }

  /** Begins a branch under the first name that nobody has, also none that the page does not know of. */
  private async freeBranch(locked: string): Promise<string> {
    for (let number = 2; ; number += 1) {
      const end = `-${number}`;
      const branch = `${[...locked].slice(0, LONGEST_NAME - end.length).join("")}${end}`;
      if (branch in this.state.scenarios) continue;
      try {
        await this.turnTo({ branch });
        return branch;
      } catch (error) {
        if (!(error instanceof api.Refusal && error.said["error"] === "taken")) throw error;
      }
    }
  }

  /** Steps wait for one another: each is judged on what the one before left. */
  private step(act: () => Promise<Answer | null>, edits: Edit[] = []): Promise<Answer | null> {
    const run = async (): Promise<Answer | null> => {
      this.busy += 1;
      this.unread = this.notice = null;
      this.tell("busy");
      try {
        const seen = this.state.seq;
        const answer = await act();
        // Others' steps lie between: what they changed is asked for first, so that nothing of it is missed.
        if (answer && answer.seq > seen + 1) this.catchUp(await api.getNews(seen), answer);
        else if (answer) this.take(answer);
        return answer;
      } catch (error) {
        if (error instanceof api.Refusal && error.status === 409) return await this.clashed(error, edits);
        if (error instanceof api.Refusal && error.status === 423 && edits.length) {
          return await this.inBranch(edits).catch((again: unknown) => {
            this.conflict = { edits, clashes: [], message: again instanceof Error ? again.message : String(again) };
            this.tell("conflict");
            return null;
          });
        }
        const lost = whyLost(error);
        if (lost && edits.length) this.hold(edits, lost);
        else this.say(error instanceof Error ? error.message : String(error));
        return null;
      } finally {
        this.busy -= 1;
        this.tell("busy");
      }
    };
    const done = this.queue.then(() => this.loaded).then(run);
    this.queue = done;
    return done;
  }

  /** Asks what others did, and shows it, unless an edit is under way; gives whether the service answered. */
  async hear(): Promise<boolean> {
    if (this.busy) return false;
    const seen = this.state.seq;
    const news = await api.getNews(seen);
    if (this.busy || this.state.seq !== seen) return true;
    const kept = ({ lock, versions, scenarios }: News | State): string => JSON.stringify([lock, versions, scenarios]);
    const moved = kept(news) !== kept(this.state);
    if (news.scenario !== this.state.scenario || news.seq < seen) await this.again();
    else if (!news.result && moved) {
      const [state, { branches }] = await Promise.all([api.getState(), api.getBranches()]);
      if (this.busy || state.seq !== seen) return true;
      [this.state, this.branches] = [state, branches];
      this.tell("state");
    }
    else if (!news.result && news.saved !== this.state.saved) {
      this.state.saved = news.saved;
      this.tell("busy");
    }
    else if (news.result) {
      this.catchUp(news);
      this.say(`${(news.who ?? []).join(", ") || say("somebody")}${say("colon")}${say("changedByOther")}`, "info");
      if (moved) {
        ({ branches: this.branches } = await api.getBranches());
        this.tell("state");
      }
    }
    return true;
  }

  /** The service does not answer, or not us, or it refuses: each is said once, until it answers. */
  missed(error: unknown): void {
    if (!(error instanceof api.Refusal)) return;
    const lost = whyLost(error);
    if (lost ? this.lost === lost : !this.lost && this.untold === error.message) return;
    this.lost = lost;
    this.untold = lost ? "" : error.message;
    this.say([[error.message, error.remedy].filter(Boolean).join(" "), lost && this.heldInWords].filter(Boolean).join("\n"));
  }

  reached(): void {
    this.untold = "";
    if (!this.lost && !this.isHolding) return;
    const { lost } = this;
    this.lost = null;
    this.say(say(lost === "signedOut" ? "signedInAgain" : "answersAgain"), "info");
    if (this.isHolding) void this.sendHeld().catch((error: unknown) => this.missed(error));
  }

  get isHolding(): boolean {
    return this.unsent.steps.length > 0;
  }

  private hold(edits: Edit[], lost: "offline" | "signedOut"): void {
    if (!this.isHolding) this.unsent.seq = this.state.seq;
    this.unsent.steps.push(edits);
    this.lost = lost;
    this.say(`${say(lost)}\n${this.heldInWords}`);
  }

  private get heldInWords(): string {
    return this.isHolding ? counted(this.unsent.steps.length, this.lost === "signedOut" ? "heldSignedOut" : "held") : "";
  }

  /** Makes what got no answer; it is asked for first where somebody else is signed in by now, and where a step was made since, which may be one of these. */
  private async sendHeld(): Promise<void> {
    const isSame = await api.signInAnew();
    const { steps, seq } = this.unsent;
    this.unsent = { steps: [], seq: 0 };
    if (steps.length && (!isSame || this.state.seq !== seq)) {
      this.conflict = { edits: steps.flat(), clashes: [], message: say(isSame ? "heldMeanwhile" : "heldOfAnother") };
      this.tell("conflict");
    } else for (const edits of steps) await this.edit(edits);
  }

  /** Has packs of rules judge a plan that names none. */
  judgeBy(packs: string[]): Promise<boolean> {
    return this.done(async () => {
      await api.postPacks(packs);
      this.outcomes.clear();
      await this.again();
    });
  }

  private async again(): Promise<void> {
    await this.load();
    this.tell("plan");
  }

  private async clashed(error: api.Refusal, edits: Edit[]): Promise<null> {
    const clashes = (error.said["conflicts"] ?? []) as Clash[];
    try {
      if (error.said["error"] === "scenario") await this.again();
      else {
        const news = await api.getNews(this.state.seq);
        if (news.seq < this.state.seq) await this.again();
        else this.catchUp(news);
      }
    } catch (lost) {
      // The clash is shown all the same; what others did is heard once the service answers.
      this.missed(lost);
    }
    if (edits.length) {
      this.conflict = { edits, clashes, message: error.message };
      this.tell("conflict");
    } else this.say(error.message);
    return null;
  }

  private catchUp(news: News, answer?: Answer): void {
    if (!news.result || !news.state) return;
    this.before = new Map(this.result.verdicts.map((one) => [key(one), one]));
    this.carriedBefore = this.result.capacity.residents;
    this.result = news.result;
    this.state = news.state;
    if (answer) this.last = answer;
    this.changed(news.features ?? []);
    this.tell("news", { ...(answer ?? ({} as Answer)), features: news.features ?? [] });
  }

  private changed(features: Changed[]): void {
    for (const { layer, id, feature } of features) {
      const known = this.features.get(layer) ?? new Map<string, Feature>();
      this.features.set(layer, known);
      const name = `${layer} ${id}`;
      if (!this.was.has(name)) this.was.set(name, known.get(id) ?? null);
      if (feature) known.set(id, feature);
      else known.delete(id);
    }
    const there = this.selection && this.features.get(this.selection.layer);
    this.besides = new Set([...this.besides].filter((id) => there?.has(id)));
    if (this.selection && !this.feature(this.selection)) this.selection = null;
  }

  private take(answer: Answer): void {
    this.before = new Map(this.result.verdicts.map((one) => [key(one), one]));
    this.carriedBefore = this.result.capacity.residents;
    const changed = new Map(answer.verdicts.map((one) => [key(one), one]));
    const gone = new Set(answer.gone_verdicts.map((one) => key(one)));
    const kept = this.result.verdicts.filter((one) => !gone.has(key(one)));
    const known = new Set(kept.map(key));
    this.result.verdicts = [
      ...kept.map((one) => changed.get(key(one)) ?? one),
      ...answer.verdicts.filter((one) => !known.has(key(one))),
    ];
    this.result.residents = answer.residents;
    this.result.capacity = answer.capacity;
    this.result.content_hash = answer.hash;
    const away = new Set(answer.faults.filter((one) => one.change === "gone").map(asSaid));
    this.result.faults = [
      ...answer.faults.filter((one) => one.change === "new"),
      ...this.result.faults.filter((one) => !away.has(asSaid(one))),
    ];
    this.changed(answer.features);
    this.state = answer.state;
    this.last = answer;
    this.tell("verdicts", answer);
  }
}

/** The service does not answer, or was started anew: then it answers the page once its new link was opened; or nobody is signed in. */
const whyLost = (error: unknown): "offline" | "signedOut" | null => {
  if (!(error instanceof api.Refusal)) return null;
  return error.status === 0 || error.said["error"] === "token" ? "offline" : error.status === 401 ? "signedOut" : null;
};

const asSaid = (one: Fault): string => `${one.rule} ${one.layer} ${one.id} ${one.message}`;

/** Faults that came and those that went: one whose place alone moved did neither, one with another figure did not go. */
export function cameAndWent(faults: Fault[]): [Fault[], Fault[]] {
  const [fresh, gone] = (["new", "gone"] as const).map((change) => faults.filter((one) => one.change === change)) as [Fault[], Fault[]];
  const name = (one: Fault): string => (one.id === null ? asSaid(one) : `${one.rule} ${one.layer} ${one.id}`);
  const [said, named] = [new Set(gone.map(asSaid)), new Set(fresh.map(name))];
  return [fresh.filter((one) => !said.has(asSaid(one))), gone.filter((one) => !named.has(name(one)))];
}

export const store = new Store();
