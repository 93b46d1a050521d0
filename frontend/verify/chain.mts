/** The keys of a record: after a loss it goes on under a new one, to which the old one hands over. */

import { type Bytes, base64, hex } from "./bytes.mjs";
import { type Table, table } from "./canonical.mjs";
import { type Checkpoint, Key, readCheckpoint } from "./note.mjs";

export class Chain {
  readonly faults: { seq: number; said: string }[] = [];
  /** Key, and the size up to which it signs; undefined: to the end. */
  readonly keys: { key: Key; last: number | undefined }[] = [];

  /** Read from the lines of a log; `roots` holds the root at each size. */
  static async read(lines: Table[], own: Key, roots: Map<number, Bytes>): Promise<Chain> {
    const chain = new Chain();
    let expected: string | undefined;
    for (const line of lines) {
      const leaf = table(line["leaf"]);
      if (leaf["kind"] !== "recovered" || !("body" in line)) continue;
      const seq = Number(leaf["seq"]);
      const body = table(line["body"]);
      try {
        const before = await Key.read(String(body["key_before"]));
        const next = await Key.read(String(body["key"]));
        if (expected !== undefined && expected !== before.line) throw new Error(`the key before it is ${expected}`);
        const root = roots.get(seq) ?? new Uint8Array();
        if (body["kept"] !== seq || body["root"] !== hex(root)) throw new Error("it kept other entries");
        const text = `${before.name}/recovered\n${next.line}\n${seq}\n${base64(root)}\n`;
        if (next.name !== before.name || (await before.text(String(body["handover"]))) !== text) {
          throw new Error("the old key handed over to another key, or another tree");
        }
        chain.keys.push({ key: before, last: seq });
        expected = next.line;
      } catch (error) {
        chain.faults.push({ seq, said: error instanceof Error ? error.message : String(error) });
      }
    }
    if (expected !== undefined && expected !== own.line) chain.faults.push({ seq: -1, said: `it goes on by ${expected}` });
    chain.keys.push({ key: own, last: undefined });
    return chain;
  }

  holds(line: string): boolean {
    return this.keys.some(({ key }) => key.line === line);
  }

  keyOf(line: unknown): Key {
    return (this.keys.find(({ key }) => key.line === line) ?? this.keys.at(-1)!).key;
  }

  /** A checkpoint by any of the keys, and up to which size that key signed this log. */
  async checkpoint(note: string): Promise<{ found: Checkpoint; last: number | undefined }> {
    let why: unknown;
    for (const { key, last } of [...this.keys].reverse()) {
      try {
        return { found: await readCheckpoint(note, key), last };
      } catch (error) {
        why = error;
      }
    }
    throw why;
  }
}
