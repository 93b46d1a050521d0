/** A receipt, by itself: what a submitter holds in hand, checked in the submitter's own browser. */
import { unhex, utf8 } from "./bytes.mjs";
import { dumps, table } from "./canonical.mjs";
import { committed } from "./commitment.mjs";
import { included, leafHash } from "./merkle.mjs";
import { Key, readCheckpoint } from "./note.mjs";
import { became, readPromise } from "./promise.mjs";
export const FORMAT = "blockplan-receipt-1";
const MEMBERS = ["body", "body_key", "checkpoint", "file_keys", "format", "key", "leaf", "proof"];
/** Entries that a receipt brings along besides the submission. */
const LATER = ["amended", "transcribed", "withdrawn"];
/** What a receipt proves, or an error that says what is wrong with it; `key` is the office's, from elsewhere. */
export async function readReceipt(document, key) {
    const receipt = table(document);
    if (receipt["format"] !== FORMAT || members(receipt) !== MEMBERS.join()) {
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
    const note = String(receipt["checkpoint"]);
    const promise = await readKept(receipt, leaf, key ?? own);
    return { index, hash, checkpoint, note, leaf, promise, later: await readLater(receipt, leaf, index, key ?? own) };
}
function members(receipt) {
    return Object.keys(receipt).filter((name) => name !== "later" && name !== "promise").sort().join();
}
/** The promise that a receipt brings along, which this entry keeps. */
async function readKept(receipt, leaf, key) {
    if (!("promise" in receipt))
        return undefined;
    const promise = await readPromise(receipt["promise"] ?? null, key);
    if (leaf["promise"] !== promise.digest)
        throw new Error("its promise is of another entry");
    const { outcome, said } = became(promise, [receipt["body"] === null ? { leaf } : { leaf, body: receipt["body"] ?? null }]);
    if (outcome !== "kept")
        throw new Error(`of its promise: ${said}`);
    return promise;
}
async function readLater(receipt, leaf, first, key) {
    const later = receipt["later"] ?? [];
    if (!Array.isArray(later))
        throw new Error("its later entries are no list");
    const found = [];
    for (const document of later) {
        if ("later" in table(document))
            throw new Error("of a later entry: it has later entries of its own");
        const one = await readReceipt(document, key);
        const kind = String(one.leaf["kind"]);
        const before = found.at(-1)?.index ?? first;
        if (one.leaf["notice"] !== leaf["notice"] || !LATER.includes(kind) || one.index <= before) {
            throw new Error(`of a later entry: entry ${one.index} (${kind}) is none that follows entry ${before}`);
        }
        const [number, said] = [opinionOf(receipt), opinionOf(table(document))];
        if (number !== undefined && said !== undefined && number !== said) {
            throw new Error(`of a later entry: entry ${one.index} is about ${said}, not about ${number}`);
        }
        found.push(one);
    }
    return found;
}
/** The number of the opinion, as the body of a receipt says it. */
export function opinionOf(receipt) {
    const body = receipt["body"];
    const said = body === null || body === undefined ? undefined : table(body)["opinion"];
    return typeof said === "string" ? said : undefined;
}
