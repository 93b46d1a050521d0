// The service's addresses. Every refusal says what, why and what to do; it is thrown as `Refusal`.

import type { Answer, Branch, Changed, Comparison, Dropped, Edit, ForAnswer, Lang, Layers, News, Outcome, Proposal, Refused, Result, State, Trial, Vocabulary, Wanted } from "./types";
import { allInPlace } from "../../map/steps";
import { say } from "./words";

export class Refusal extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    readonly status: number,
    readonly said: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

let lang: Lang = "en";
/** The scenario that the page shows: an edit that was meant for it goes into no other. */
let at: string | null = null;
export function workAt(scenario: string | null): void {
  at = scenario;
}
/** Where people sign in, the page bears who did, and what shows that a request comes from it. */
const markOf = (page: Document): HTMLMetaElement | null => page.querySelector("meta[name=csrf]");
const mark = markOf(document);
/** The page of the office that the workbench was opened from; none on one's own machine. */
export const home = mark?.dataset["home"];
const sent: Record<string, string> = mark ? { "X-CSRFToken": mark.content } : {};

/** Takes up what the page would bear if it were loaded now; gives whether the same person is signed in. */
export async function signInAnew(): Promise<boolean> {
  if (!mark) return true;
  const response = await fetch(location.pathname).catch(() => {
    throw new Refusal(say("offline"), "", 0);
  });
  const now = markOf(new DOMParser().parseFromString(await response.text(), "text/html"));
  if (!now) throw new Refusal(say("signedOut"), "", 401);
  sent["X-CSRFToken"] = now.content;
  const isSame = now.dataset["who"] === mark.dataset["who"];
  mark.dataset["who"] = now.dataset["who"];
  return isSame;
}

export function speak(chosen: Lang): void {
  lang = chosen;
}

async function ask<T>(path: string, body?: unknown, method?: string, isAgain = false): Promise<T> {
  const asked = new URLSearchParams(at === null ? { lang } : { lang, at });
  const address = `workspace/${path}${path.includes("?") ? "&" : "?"}${asked}`;
  let response: Response;
  try {
    response = await fetch(
      address,
      body === undefined
        ? { method: method ?? "GET", headers: sent }
        : body instanceof FormData
          ? { method: "POST", body, headers: sent }
          : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...sent } },
    );
  } catch {
    throw new Refusal(say("offline"), "", 0);
  }
  const said: unknown = await response.json().catch(() => null);
  // A page in the place of an answer: whoever was signed in is so no more.
  if (response.redirected || (response.ok && said === null)) throw new Refusal(say("signedOut"), "", 401);
  if (response.status === 403 && said === null && mark && !isAgain) {
    await signInAnew(); // somebody signed in since the page was loaded
    return ask(path, body, method, true);
  }
  if (!response.ok) {
    const fault = (said ?? {}) as { message?: string; remedy?: string };
    throw new Refusal(fault.message ?? response.statusText, fault.remedy ?? "", response.status, fault);
  }
  return said as T;
}

export const getState = (): Promise<State> => ask("state");
export const getResult = (): Promise<Result> => ask("result?brief=1");
/** The plan in its own metres; it comes in millimetres from an origin, in half the bytes. */
async function getPacked(which: string): Promise<Layers> {
  const found = await ask<Layers & { origin: [number, number] }>(`layers?packed=1${which}`);
  allInPlace(Object.values(found.layers), found.origin, 1000);
  return found;
}
export const getLayers = (): Promise<Layers> => getPacked("");
export const getVocabulary = (): Promise<Vocabulary> => ask(`vocabulary?in=${lang}`);
export const postEdits = (edits: Edit[], since: number): Promise<Answer> => ask("edits", { edits, since });
export const postUndo = (since: number): Promise<Answer> => ask("undo", { since });
export const postRedo = (since: number): Promise<Answer> => ask("redo", { since });
export const getNews = (seq: number): Promise<News> => ask(`news?seq=${seq}`);
export const getForAnswer = (name: string): Promise<ForAnswer> => ask(`answer?with=${encodeURIComponent(name)}`);
export const postScenario = (said: Partial<Record<"open" | "branch" | "version" | "lock" | "unlock", string>>, since?: number): Promise<State> => ask("scenario", { ...said, since });
export const getPacks = (): Promise<{ packs: { id: string; title: string }[] }> => ask("packs");
export const postPacks = (packs: string[]): Promise<State> => ask("packs", { packs });
export const getBranches = (): Promise<{ branches: Branch[] }> => ask("branches");
/** What was edited as it was when the scenario began. */
export const getEarlier = (): Promise<{ features: Changed[] }> => ask("earlier");
export const postBack = (version: string, since: number): Promise<Answer> => ask("back", { version, since });
export const postTrial = (from: string, only: string[]): Promise<Trial | Refused> => ask("take", { from, only, trial: true });
export const postTake = (from: string, only: string[], since: number): Promise<Answer> => ask("take", { from, only, since });
export const getVerify = (): Promise<{ same: boolean; differences: string[] }> => ask("verify");
export const getCompare = (names: string[]): Promise<Comparison> => ask(`compare?${names.map((name) => `with=${encodeURIComponent(name)}`).join("&")}`);
export const getOutcomes = (name: string): Promise<{ outcomes: Partial<Record<Outcome, number>> }> => ask(`outcomes?of=${encodeURIComponent(name)}`);
export const getLayersOf = (name: string, layers: string[]): Promise<Layers> => getPacked(`&only=${layers.join(",")}&scenario=${encodeURIComponent(name)}`);
export const getProposal = (): Promise<Proposal> => ask("proposal");
export const postProposal = (wanted: Wanted): Promise<Proposal> => ask("proposal", { ...wanted });
export const deleteProposal = (): Promise<Proposal> => ask("proposal", undefined, "DELETE");
export const postProposalCancel = (): Promise<Proposal> => ask("proposal/cancel", {});
export const postProposalTake = (only: string[] | null): Promise<Answer> => ask("proposal/take", only ? { only } : {});
export const postFiles = (form: FormData): Promise<Dropped> => ask("files", form);
export const reportAddress = (kind: string): string => `workspace/report?as=${kind}&lang=${lang}${at === null ? "" : `&at=${encodeURIComponent(at)}`}`;
