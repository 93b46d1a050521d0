/** What the page takes of the verifier, which the service hands out beside it. */
export interface Receipt {
  index: number;
  checkpoint: { size: number };
  leaf: Record<string, unknown>;
  later: Receipt[];
}

export const FORMAT: string;

export function readReceipt(document: unknown): Promise<Receipt>;

export function opinionOf(receipt: Record<string, unknown>): string | undefined;
