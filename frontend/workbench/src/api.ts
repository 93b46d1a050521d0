// The service's addresses. Every refusal says what, why and what to do; it is thrown as `Refusal`.

import type { Answer, Comparison, Dropped, Edit, Lang, Layers, Proposal, Result, State, Vocabulary } from "./types";

export class Refusal extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    readonly status: number,
  ) {
    super(message);
  }
}

let lang: Lang = "en";
export function speak(chosen: Lang): void {
  lang = chosen;
}

async function ask<T>(path: string, body?: unknown, method?: string): Promise<T> {
  const address = `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;
  let response: Response;
  try {
    response = await fetch(
      address,
      body === undefined
        ? { method: method ?? "GET" }
        : body instanceof FormData
          ? { method: "POST", body }
          : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } },
    );
  } catch {
    throw new Refusal("offline", "", 0);
  }
  const said: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const fault = (said ?? {}) as { message?: string; remedy?: string };
    throw new Refusal(fault.message ?? response.statusText, fault.remedy ?? "", response.status);
  }
  return said as T;
}

export const getState = (): Promise<State> => ask("/workspace/state");
export const getResult = (): Promise<Result> => ask("/workspace/result");
export const getLayers = (): Promise<Layers> => ask("/workspace/layers");
export const getVocabulary = (): Promise<Vocabulary> => ask("/workspace/vocabulary");
export const postEdits = (edits: Edit[]): Promise<Answer> => ask("/workspace/edits", { edits });
export const postUndo = (): Promise<Answer> => ask("/workspace/undo", {});
export const postRedo = (): Promise<Answer> => ask("/workspace/redo", {});
export const postScenario = (said: { open: string } | { branch: string }): Promise<State> =>
  ask("/workspace/scenario", said);
export const getVerify = (): Promise<{ same: boolean; differences: string[] }> => ask("/workspace/verify");
export const getCompare = (name: string): Promise<Comparison> => ask(`/workspace/compare?with=${encodeURIComponent(name)}`);
export const getLayersOf = (name: string): Promise<Layers> =>
  ask(`/workspace/layers?only=parcels,facilities&scenario=${encodeURIComponent(name)}`);
export const getProposal = (): Promise<Proposal> => ask("/workspace/proposal");
export const postProposal = (seconds: number): Promise<Proposal> => ask("/workspace/proposal", { seconds });
export const deleteProposal = (): Promise<Proposal> => ask("/workspace/proposal", undefined, "DELETE");
export const postProposalCancel = (): Promise<Proposal> => ask("/workspace/proposal/cancel", {});
export const postProposalTake = (only: string[] | null): Promise<Answer> => ask("/workspace/proposal/take", only ? { only } : {});
export const postFiles = (form: FormData): Promise<Dropped> => ask("/workspace/files", form);
export const reportAddress = (kind: string): string => `/workspace/report?as=${kind}&lang=${lang}`;
