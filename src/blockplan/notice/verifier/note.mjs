/** Signed notes and checkpoints (C2SP), read strictly. */
import { concat, equal, sha256, unbase64, utf8 } from "./bytes.mjs";
const ED25519 = 1;
/** A name and a public key, from its line `name+hash+key`. */
export class Key {
    name;
    digest;
    line;
    key;
    constructor(name, digest, line, key) {
        this.name = name;
        this.digest = digest;
        this.line = line;
        this.key = key;
    }
    static async read(line) {
        const [, name, said, encoded] = /^([^\s+\x00-\x1f\x7f]{1,200})\+([0-9a-f]{8})\+(.*)$/.exec(line) ?? [];
        if (name === undefined || encoded === undefined)
            throw new Error("no public key in the form name+hash+key");
        const data = unbase64(encoded);
        if (data.length !== 33 || data[0] !== ED25519)
            throw new Error("no Ed25519 key");
        const digest = (await sha256(concat(utf8(`${name}\n`), data))).slice(0, 4);
        if (Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") !== said) {
            throw new Error("the hash of the key does not fit it");
        }
        const key = await crypto.subtle.importKey("raw", data.slice(1), "Ed25519", false, ["verify"]);
        return new Key(name, digest, line, key);
    }
    /** The text of a note that this key, and no other, signed. */
    async text(note) {
        const cut = note.lastIndexOf("\n\n");
        const text = note.slice(0, cut + 1);
        const [, name, encoded] = /^— (\S+) (\S+)\n$/.exec(note.slice(cut + 2)) ?? [];
        if (cut < 0 || name !== this.name || encoded === undefined)
            throw new Error(`not signed by ${this.name} alone`);
        const data = unbase64(encoded);
        if (data.length !== 68 || !equal(data.slice(0, 4), this.digest))
            throw new Error(`not signed by ${this.line}`);
        if (!(await crypto.subtle.verify("Ed25519", this.key, data.slice(4), utf8(text)))) {
            throw new Error("the signature does not fit the text");
        }
        return text;
    }
}
/** The checkpoint in a note that the key of the log signed. */
export async function readCheckpoint(note, key) {
    const [origin, size, encoded, end, ...more] = (await key.text(note)).split("\n");
    if (origin !== key.name)
        throw new Error(`the checkpoint is of another log: ${origin}`);
    if (size === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(size) || encoded === undefined || end !== "" || more.length > 0) {
        throw new Error("no checkpoint: origin, size and root, a line each, are wanted");
    }
    const root = unbase64(encoded);
    if (root.length !== 32)
        throw new Error("the root of a checkpoint has 32 bytes");
    return { origin, size: Number(size), root };
}
