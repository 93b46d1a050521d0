/** What the page takes of the verifier of promises, which the service hands out beside it. */
export function isPromise(document: unknown): boolean;

export function readPromise(document: unknown): Promise<{ arrived: string; until: string }>;
