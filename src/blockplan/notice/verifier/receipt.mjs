/** A receipt, by itself: what a submitter holds in hand, checked in the submitter's own browser. */
import { hex, hmac, unhex, utf8 } from "./bytes.mjs";
import { dumps, table } from "./canonical.mjs";
import { included, leafHash } from "./merkle.mjs";
import { Key, readCheckpoint } from "./note.mjs";
export const FORMAT = "blockplan-receipt-1";
const MEMBERS = ["body", "body_key", "checkpoint", "file_keys", "format", "key", "leaf", "proof"];
/** What a receipt proves, or an error that says what is wrong with it; `key` is the office's, from elsewhere. */
export async function readReceipt(document, key) {
    const receipt = table(document);
    if (receipt["format"] !== FORMAT || Object.keys(receipt).sort().join() !== MEMBERS.join()) {
        throw new Error("no receipt of this form");
    }
    const own = await Key.read(String(receipt["key"]));
    if (key !== undefined && key.line !== own.line)
        throw new Error(`it names the key ${own.line}, not ${key.line}`);
    const checkpoint = await readCheckpoint(String(receipt["checkpoint"]), key ?? own);
    const leaf = table(receipt["leaf"]);
    const index = leaf["seq"];
    const hash = await leafHash(utf8(dumps(leaf)));
    const path = receipt["proof"].map(unhex);
    if (typeof index !== "number" || !(await included(hash, index, checkpoint.size, path, checkpoint.root))) {
        throw new Error(`its path does not lead from entry ${String(index)} to the signed root`);
    }
    if (receipt["body"] !== null && !(await committed(leaf["body"], receipt["body_key"], receipt["body"]))) {
        throw new Error("its text is not the one that was committed to");
    }
    return { index, hash, checkpoint, leaf };
}
/** Whether a document is the one that a commitment in hex speaks of. */
export async function committed(commitment, key, document) {
    return committedBytes(commitment, key, utf8(dumps(table(document))));
}
export async function committedBytes(commitment, key, content) {
    const secret = unhex(key);
    return secret.length === 32 && commitment === hex(await hmac(secret, content));
}
