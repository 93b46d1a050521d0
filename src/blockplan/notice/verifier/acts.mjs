/** Acts of two persons and the release check: the state on which their entries stand. */
import { hex, sha256, utf8 } from "./bytes.mjs";
import { dumps, table } from "./canonical.mjs";
/** What this verifier leaves to the other; it says so with every answer. */
export const UNCHECKED = {
    order: "which state of a notice may follow which",
    rule: "whether a rule of ours is recorded laxer than it is",
    holidays: "holidays that the record does not name",
    arrival_days: "days of arrival that a clerk gave (they need time zones)",
    answers: "coverage and count of the answers",
    plan_content: "the content hash of the plan",
    time_stamps: "tokens of time-stamping authorities (only that their checkpoints are of this log)",
};
const WORDS = new Set(["submitted", "amended", "transcribed"]);
const OF_ONE = new Set([...WORDS, "shown", "withdrawn", "redacted", "withheld", "restored", "erased"]);
const ABOUT_ONE = new Set(["redacted", "withheld", "restored"]);
const WHOLE = ["approved", "published", "recovered", "clock_repaired"];
const BESIDE = new Set(["displayed", "corrected", "stepped", "grouped", "extended"]);
/** What is wrong with the entries of acts of two persons, and with release checks: where, and why. */
export async function faultsOfActs(lines) {
    const found = [];
    const [words, ofOne, ofAct] = [new Map(), new Map(), new Map()];
    for (const line of lines) {
        const leaf = table(line["leaf"]);
        const [seq, kind] = [Number(leaf["seq"]), String(leaf["kind"])];
        const where = `entry ${seq} (${kind})`;
        const body = "body" in line ? table(line["body"]) : undefined;
        const opinion = kind === "submitted" ? `O-${seq}` : String(body?.["opinion"] ?? line["opinion"] ?? "");
        if (body !== undefined) {
            const newest = ABOUT_ONE.has(kind) ? ofOne.get(opinion) : ofAct.get(kind);
            found.push(...faultsOf(kind, body, newest, words.get(opinion)).map((said) => ({ where, said })));
            if (kind === "opened")
                found.push(...(await faultsOfRelease(body)).map((said) => ({ where, said })));
        }
        if (WORDS.has(kind))
            words.set(opinion, seq);
        if (opinion !== "" && OF_ONE.has(kind))
            ofOne.set(opinion, seq);
        for (const act of WHOLE) {
            if (act === "clock_repaired" ? kind === act : !BESIDE.has(kind))
                ofAct.set(act, seq);
        }
    }
    return found;
}
function faultsOf(kind, body, newest, words) {
    const said = [];
    if (ABOUT_ONE.has(kind) || WHOLE.includes(kind)) {
        if (same(body["by"], body["second"]))
            said.push(`one person signed for two: ${String(body["by"])}`);
        const on = body["asked_on"];
        if (on !== undefined && on !== null && (typeof on !== "number" || on < (newest ?? -1))) {
            said.push(`it was asked for on entry ${String(on)}, and entry ${String(newest)} bears on it`);
        }
    }
    if ((kind === "redacted" || kind === "withheld") && "of" in body && body["of"] !== words) {
        said.push(`it stands for the words of entry ${String(body["of"])}, and those of ${String(words)} are the newest`);
    }
    return said;
}
/** Two persons signed the very files and the plan with which the notice opened. */
async function faultsOfRelease(body) {
    const release = body["release"];
    if (release === undefined || release === null)
        return [];
    const [check, plan] = [table(release), table(body["plan"])];
    const said = [];
    if (!check["by"] || !check["second"] || same(check["by"], check["second"]))
        said.push("the release check is not by two persons");
    if (check["plan"] !== plan["content_hash"])
        said.push("the release check is of another plan");
    if (check["package"] !== (await packageHash((plan["files"] ?? []))))
        said.push("the release check is of other files");
    return said;
}
async function packageHash(files) {
    const rows = files.map((file) => {
        const { path, bytes, sha256: digest } = table(file);
        return { path: path ?? null, bytes: bytes ?? null, sha256: digest ?? null };
    });
    rows.sort((one, other) => (String(one.path) < String(other.path) ? -1 : 1));
    return hex(await sha256(utf8(dumps(rows))));
}
function same(one, other) {
    return String(one ?? "").trim().toLowerCase() === String(other ?? "\u0000").trim().toLowerCase();
}
