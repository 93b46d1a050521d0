/** What the page takes of the verifier, which the service hands out beside it. */
export function readReceipt(document: unknown): Promise<{
  index: number;
  checkpoint: { size: number };
  leaf: Record<string, unknown>;
}>;
