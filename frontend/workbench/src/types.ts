// What the service answers: the shapes of docs/contracts.md that the workbench reads.

export type Lang = "zh" | "en" | "ja";
export type Outcome = "pass" | "fail" | "unknown" | "not_applicable";
export type Value = string | number | boolean | null;
export type Place = [number, number];

export interface Required {
  op: ">=" | "<=" | ">" | "<" | "=" | "between";
  value: number | [number, number] | null;
}

export interface Where {
  layer: string;
  id: string;
  x: number;
  y: number;
  value: number | null;
}

export interface Reading {
  id: string;
  share: number | null;
  weight: string;
  outcome: Outcome | null;
  changed: string[];
}

export interface Verdict {
  rule: string;
  title: string;
  scope: { kind: string; id: string };
  outcome: Outcome;
  measured: number | null;
  unit: string;
  required: Required | null;
  /** What is measured and required, in words. */
  said: { measured: string; required: string; places: string[]; missing: string[]; needs: { said: string; ids: string[]; more: number }[] };
  margin: number | null;
  remedy: { amount: number | null; unit: string; text: string } | null;
  affected_residents: number | null;
  where: Where[];
  readings: Reading[];
  missing: string[];
  notes: string[];
  force: string;
  confidence: string;
  pack: string;
}

export interface Capacity {
  residents: number | null;
  binding_rule: string | null;
  by_rule: Record<string, number | null>;
}

export interface Fault {
  rule: string;
  grade: "error" | "warning" | "note";
  layer: string;
  id: string | null;
  x: number | null;
  y: number | null;
  /** How large it is, in its unit; null where it is a matter of yes or no. */
  measured: number | null;
  unit: string | null;
  message: string;
  remedy: string;
  /** What of the feature is in doubt: `geometry` or a column. */
  aspect: string;
  change?: "new" | "gone";
}

export interface Result {
  plan: string;
  scenario: string;
  on: string;
  packs: string[];
  content_hash: string;
  residents: { low: number | null; central: number | null; high: number | null };
  capacity: Capacity;
  verdicts: Verdict[];
  faults: Fault[];
}

export interface Step {
  seq: number;
  kind: string;
  at: string;
  who: string;
  edits: Record<string, unknown>[];
  more: number;
  must: { pass: number; fail: number; unknown: number } | null;
}

/** A state of a scenario that somebody named: after which of its steps. */
export interface Version {
  name: string;
  seq: number;
  at: string;
  who: string;
}

export interface Lock {
  why: string;
  at: string;
  who: string;
}

/** A scenario: which it came from, when, how often it was edited (null: never here). */
export interface Branch {
  name: string;
  title: string;
  from: string;
  at: string;
  who: string;
  lock: Lock | null;
  versions: Version[];
  edits: number | null;
}

export interface State {
  plan: string;
  title: Partial<Record<Lang, string>>;
  synthetic: boolean;
  level: string;
  /** Whether the plan names no packs of rules, and they can be chosen here. */
  choose_packs: boolean;
  /** What the packs of rules are called. */
  packs: Record<string, string>;
  crs: string;
  scenario: string;
  scenarios: Record<string, string>;
  seq: number;
  hash: string;
  can_undo: boolean;
  can_redo: boolean;
  saved: boolean;
  lock: Lock | null;
  /** Whether it is or was on notice: nobody unlocks it. */
  on_notice: boolean;
  /** To whom the base map belongs; null where there is none. */
  base_map: string | null;
  versions: Version[];
  notes: string[];
  history: Step[];
}

export interface Feature {
  type: "Feature";
  id: string;
  properties: Record<string, Value>;
  geometry: GeoJSON.Geometry | null;
}

export interface Layers {
  crs: string;
  bounds: [number, number, number, number] | null;
  layers: Record<string, { type: "FeatureCollection"; name: string; features: Feature[] }>;
}

export interface Changed {
  layer: string;
  id: string;
  feature: Feature | null;
}

export interface Answer {
  seq: number;
  hash: string;
  verdicts: Verdict[];
  gone_verdicts: { rule: string; id: string }[];
  residents: Result["residents"];
  capacity: Capacity;
  faults: Fault[];
  affected_residents: number | null;
  ms: number;
  features: Changed[];
  state: State;
}

export interface ColumnSpec {
  kind: "text" | "number" | "flag";
  names: Record<Lang, string>;
  values: Record<string, Record<Lang, string>>;
}

export interface Vocabulary {
  land_uses: Record<string, { names: Record<Lang, string>; colour: string; safe: string; level: number; parent: string }>;
  layers: Record<string, { id: string | null; geometry: string; names: Record<Lang, string>; columns: Record<string, ColumnSpec> }>;
  /** Kind of a control line -> its colour, as on the sheets. */
  control_lines: Record<string, string>;
  /** Kind of fault -> what such faults are called together. */
  faults: Record<string, Record<Lang, string>>;
  forces: Record<string, Record<Lang, string>>;
  confidences: Record<string, Record<Lang, string>>;
  readings: Record<string, Record<Lang, string>>;
  /** The same in few words. */
  readings_in_short: Record<string, Record<Lang, string>>;
  marks: Record<string, Record<Lang, string>>;
  /** What a search can find sites for. */
  sited: Record<string, Record<Lang, string>>;
  /** What a layout can draw parcels for. */
  laid_out: Record<string, Record<Lang, string>>;
  flags: Record<"true" | "false", Record<Lang, string>>;
}

export type Edit =
  | { op: "set"; layer: string; id: string; column: string; value: Value }
  | { op: "move_vertex"; at: Place; to: Place; layer?: "parcels" | "streets" }
  | { op: "remove_vertex"; at: Place }
  | { op: "boundary"; ids: [string, string]; line: Place[] }
  | { op: "split"; id: string; line: Place[] }
  | { op: "merge"; ids: string[] }
  | { op: "add"; layer: string; row: Record<string, Value>; geometry: GeoJSON.Geometry | null }
  | { op: "remove"; layer: string; id: string }
  | { op: "move"; layer: string; id: string; to: Place };

export interface ProposedFeature {
  layer: string;
  id: string;
  kind: string;
  where: string;
  said: string;
  values: { column: string; old: Value; new: Value }[];
  /** Those that are taken with it or not at all, itself among them. */
  along?: string[];
}

/** What is said of a use that is to be laid out; a number that is left out is that of the rules. */
export interface LaidOut {
  count?: number | null;
  least_m2?: number | null;
  most_m2?: number | null;
  within_m?: number | null;
}

/** What a search is to find: a repair, sites for a service, uses of land, or parcels on vacant land. */
export interface Wanted {
  kind: "repair" | "site" | "landuse" | "layout";
  seconds: number;
  parts: boolean;
  in_place: boolean;
  service: string;
  new: number;
  within_m: number | null;
  site_m2: number | null;
  weigh_by: string | null;
  vacant: string[];
  uses: Record<string, LaidOut>;
  homes_ha: number;
  count_by: string | null;
}

export interface Proposal {
  state: "none" | "running" | "done" | "refused";
  kind?: Wanted["kind"];
  hash?: string;
  seconds?: number;
  limit_s?: number;
  objective?: number | null;
  bound?: number | null;
  objective_said?: string;
  bound_said?: string;
  said?: string;
  message?: string;
  /** The ground of a refusal. */
  code?: string;
  proved?: boolean;
  headline?: string;
  standing?: string[];
  unmet?: string[];
  flips?: [string, string, string, string][];
  features?: ProposedFeature[];
}

export interface ComparedColumn {
  id: string;
  residents: { central: number | null };
  capacity: number | null;
  outcomes: Partial<Record<Outcome, number>>;
}

export interface Comparison {
  columns: ComparedColumn[];
  verdicts: {
    rule: string;
    title: string;
    scope: { kind: string; id: string };
    unit: string;
    required: Required | null;
    differs: boolean;
    /** What is said before and after the number. */
    around: [string, string];
    by: { judged: boolean; outcome: Outcome | null; measured: number | null; said: string; affected_residents: number | null }[];
  }[];
  measures: { id: string; title: string; unit: string; rules: string[]; differs: boolean; around: [string, string]; by: { value: number | null; said: string }[] }[];
  /** Land by its use in the other scenario and here; a use that is null is not stated, or the land not drawn. */
  transition_ha: { from: string | null; to: string | null; from_drawn: boolean; to_drawn: boolean; ha: number }[];
  gains: { to: string; nearer: number; farther: number; same: number; old_m: number | null; new_m: number | null }[];
  gains_by_place: { to: string; layer: string; id: string | null; residents: number; nearer: number; farther: number; old_m: number | null; new_m: number | null }[];
  changed: { layer: string; id: string; change: string; fields: { column: string; old: Value; new: Value }[] }[];
}

/** What would come of taking features over. */
export type Trial = Omit<Answer, "features" | "state">;

/** Why they cannot be taken, and what belongs to them. */
export interface Refused {
  refused: string;
  together: string[];
}

export interface Dropped {
  package: string;
  findings: { grade: string; file: string; layer: string; message: string }[];
}

/** What others did since a step; nothing but its number where nobody did anything. */
export interface News {
  seq: number;
  /** Whether the scenario's file holds the last step. */
  saved: boolean;
  scenario: string;
  lock: Lock | null;
  versions: Version[];
  scenarios: Record<string, string>;
  who?: string[];
  features?: Changed[];
  result?: Result;
  state?: State;
}

/** A field that two editors changed, each otherwise. */
export interface Clash {
  layer: string;
  id: string;
  column: string;
  before: Value | GeoJSON.Geometry;
  theirs: Value | GeoJSON.Geometry;
  yours: Value | GeoJSON.Geometry;
  who: string;
}

export interface ForAnswer {
  changes: string[];
  reason: Record<Lang, string>;
}
