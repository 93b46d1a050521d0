/** What was promised of an opinion before it was entered, and what became of it in a log. */
import { hex, sha256, utf8 } from "./bytes.mjs";
import { dumps, table } from "./canonical.mjs";
import { committed } from "./commitment.mjs";
import { Key } from "./note.mjs";
export const FORMAT = "blockplan-promise-1";
const MEMBERS = "format,key,note,said,said_key";
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
/** What the record adds to what was sent. */
const OF_RECORD = ["opinion", "round", "late", "ends_before", "defects", "arrived_at", "files"];
export function isPromise(document) {
    return typeof document === "object" && document !== null && !Array.isArray(document) && document["format"] === FORMAT;
}
/** What a promise says, or an error that says what is wrong with it; `key` is the office's, from elsewhere. */
export async function readPromise(document, key) {
    const promise = table(document);
    if (promise["format"] !== FORMAT || Object.keys(promise).sort().join() !== MEMBERS)
        throw new Error("no promise of this form");
    const own = await Key.read(String(promise["key"]));
    if (key !== undefined && key.line !== own.line)
        throw new Error(`it names the key ${own.line}, not ${key.line}`);
    const text = await own.text(String(promise["note"]));
    const [head, arrived, until, commitment, end, ...more] = text.split("\n");
    if (head !== `${own.name}/promise` || !MOMENT.test(arrived ?? "") || !MOMENT.test(until ?? "") || end !== "" || more.length > 0) {
        throw new Error("no promise: name, arrival, latest time and commitment, a line each, are wanted");
    }
    if (until < arrived)
        throw new Error("it was due before it arrived");
    if (!(await committed(commitment, promise["said_key"], promise["said"]))) {
        throw new Error("its words are not those that it commits to");
    }
    return { digest: hex(await sha256(utf8(text))), arrived: arrived, until: until, said: table(promise["said"]) };
}
/**
 * What became of it. `lines` are those of a log, in order; `known` sizes of the log and moments at which a witness saw
 * it so large, which count beside the newest entry.
 */
export function became(promise, lines, known = []) {
    const { until } = promise;
    const line = lines.find((one) => table(one["leaf"])["promise"] === promise.digest);
    if (line !== undefined)
        return { ...keptAs(promise, line), until };
    const newest = lines.at(-1);
    const moments = newest === undefined ? known : [{ size: lines.length, at: String(table(newest["leaf"])["at"]) }, ...known];
    const over = moments.filter(({ size, at }) => at > until && size <= lines.length).map(({ at }) => at).sort();
    if (over.length > 0)
        return { outcome: "broken", entry: null, until, said: `promised until ${until}, and not in the record at ${over[0]}` };
    return { outcome: "open", entry: null, until, said: `promised until ${until}, and the record goes no further` };
}
function keptAs(promise, line) {
    const leaf = table(line["leaf"]);
    const entry = Number(leaf["seq"]);
    const body = "body" in line && line["body"] !== null ? table(line["body"]) : undefined;
    const before = body?.["recovered"];
    const at = String(before === undefined || before === null ? leaf["at"] : table(before)["at"]);
    if (at > promise.until)
        return { outcome: "broken", entry, said: `promised until ${promise.until}, and entered at ${at}` };
    if (body !== undefined && !same(promise.said, body))
        return { outcome: "other_words", entry, said: `entry ${entry}` };
    return { outcome: "kept", entry, said: "" };
}
/** Files by name, kind and size: their bytes are checked against the leaf. */
function same(said, body) {
    if ("recovered" in body)
        return said["text"] === body["text"]; // files were lost, and only words entered anew
    const words = Object.fromEntries(Object.entries(body).filter(([name]) => !OF_RECORD.includes(name)));
    const promised = Object.fromEntries(Object.entries(said).filter(([name]) => name !== "files"));
    return dumps(words) === dumps(promised) && dumps(plain(body["files"])) === dumps(plain(said["files"]));
}
function plain(files) {
    return (files ?? []).map((file) => ({ ...table(file), sha256: null }));
}
