/** Signed notes and checkpoints (C2SP), read strictly. */

import { type Bytes, concat, equal, hex, sha256, unbase64, utf8 } from "./bytes.mjs";

const ED25519 = 1;

/** A name and a public key, from its line `name+hash+key`. */
export class Key {
  private constructor(readonly name: string, readonly digest: Bytes, readonly line: string, readonly key: CryptoKey) {}

  static async read(line: string): Promise<Key> {
    const [, name, said, encoded] = /^([^\s+\x00-\x1f\x7f]{1,200})\+([0-9a-f]{8})\+(.*)$/.exec(line) ?? [];
    if (name === undefined || encoded === undefined) throw new Error("no public key in the form name+hash+key");
    const data = unbase64(encoded);
    if (data.length !== 33 || data[0] !== ED25519) throw new Error("no Ed25519 key");
    const digest = (await sha256(concat(utf8(`${name}\n`), data))).slice(0, 4);
    if (Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") !== said) {
      throw new Error("the hash of the key does not fit it");
    }
    const key = await crypto.subtle.importKey("raw", data.slice(1), "Ed25519", false, ["verify"]);
    return new Key(name, digest, line, key);
  }

  /** The text of a note that this key signed, once; witnesses may have signed it too. */
  async text(note: string): Promise<string> {
    const cut = note.lastIndexOf("\n\n");
    const text = note.slice(0, cut + 1);
    const mine = cut < 0 ? [] : signatures(note.slice(cut + 2)).filter(({ name, data }) => name === this.name && equal(data.slice(0, 4), this.digest));
    const data = mine[0]?.data;
    if (mine.length !== 1 || data === undefined || data.length !== 68) throw new Error(`not signed, once, by ${this.line}`);
    if (!(await crypto.subtle.verify("Ed25519", this.key, data.slice(4), utf8(text)))) {
      throw new Error("the signature does not fit the text");
    }
    return text;
  }
}

const MOST_SIGNATURES = 32;

/** The lines of signature below a note: name, and bytes that begin with the hash of the key. */
export function signatures(lines: string): { name: string; data: Bytes }[] {
  if (!lines.endsWith("\n")) throw new Error("the last signature does not end");
  const found = lines.slice(0, -1).split("\n").map((line) => {
    const [, name, encoded] = /^— ([^\s+\x00-\x1f\x7f]{1,200}) (\S+)$/.exec(line) ?? [];
    const data = unbase64(encoded ?? "");
    if (name === undefined || data.length <= 4) throw new Error("a line of signature is not as it should be");
    return { name, data };
  });
  if (found.length > MOST_SIGNATURES) throw new Error("too many signatures");
  return found;
}

const COSIGNATURE = 4;

/** A witness (C2SP tlog-cosignature): when it signed a checkpoint, in POSIX seconds. */
export class Witness {
  private constructor(readonly name: string, readonly digest: Bytes, readonly key: CryptoKey) {}

  static async read(line: string): Promise<Witness> {
    const [, name, said, encoded] = /^([^\s+\x00-\x1f\x7f]{1,200})\+([0-9a-f]{8})\+(.*)$/.exec(line.trim()) ?? [];
    if (name === undefined || encoded === undefined) throw new Error("no key of a witness in the form name+hash+key");
    const data = unbase64(encoded);
    if (data.length !== 33 || data[0] !== COSIGNATURE) throw new Error("no key of a witness");
    const digest = (await sha256(concat(utf8(`${name}\n`), data))).slice(0, 4);
    if (hex(digest) !== said) throw new Error("the hash of the key does not fit it");
    return new Witness(name, digest, await crypto.subtle.importKey("raw", data.slice(1), "Ed25519", false, ["verify"]));
  }

  async signedAt(note: string): Promise<number | undefined> {
    const cut = note.lastIndexOf("\n\n");
    const text = note.slice(0, cut + 1);
    for (const { name, data } of signatures(note.slice(cut + 2))) {
      if (name !== this.name || !equal(data.slice(0, 4), this.digest) || data.length !== 76) continue;
      const at = new DataView(data.buffer, data.byteOffset + 4, 8).getBigUint64(0);
      const signed = utf8(`cosignature/v1\ntime ${at}\n${text}`);
      if (await crypto.subtle.verify("Ed25519", this.key, data.slice(12), signed)) return Number(at);
    }
    return undefined;
  }
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

/** The checkpoint in a note that the key of the log signed. */
export async function readCheckpoint(note: string, key: Key): Promise<Checkpoint> {
  const [origin, size, encoded, end, ...more] = (await key.text(note)).split("\n");
  if (origin !== key.name) throw new Error(`the checkpoint is of another log: ${origin}`);
  if (size === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(size) || encoded === undefined || end !== "" || more.length > 0) {
    throw new Error("no checkpoint: origin, size and root, a line each, are wanted");
  }
  const root = unbase64(encoded);
  if (root.length !== 32) throw new Error("the root of a checkpoint has 32 bytes");
  return { origin, size: Number(size), root };
}

