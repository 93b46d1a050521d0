/**
 * A whole record folder, by its bytes alone.
 *
 * Written from the page on the formats, not from the verifier in Python, so that the two can disagree. It checks files,
 * signatures, tree, commitments, order, dates and lateness, that words which wait for a look are opened by the entry
 * that says so, that what is shown and what is kept back is what the log says, and on what acts of two persons stand.
 * What it leaves to the other it says in its answer (`unchecked`).
 */
import { faultsOfActs, UNCHECKED } from "./acts.mjs";
import { equal, hex, sha256, text, utf8 } from "./bytes.mjs";
import { dumps, loads, table } from "./canonical.mjs";
import { Disclosure } from "./disclosure.mjs";
import { leafHash, Tree } from "./merkle.mjs";
import { Chain } from "./chain.mjs";
import { Key, Witness } from "./note.mjs";
import { KNOWN, shortfall } from "./periods.mjs";
import { committed, committedBytes } from "./commitment.mjs";
import { became, isPromise, readPromise } from "./promise.mjs";
import { readReceipt } from "./receipt.mjs";
const WORDS = new Set(["submitted", "amended", "transcribed"]);
/** What is entered anew from receipts after a loss. */
const ENTERED_ANEW = new Set([...WORDS, "withdrawn"]);
const MEMBERS = new Set(["leaf", "body", "body_key", "files", "person", "person_key", "kept_back", "opinion"]);
const LEAF_MEMBERS = new Set(["v", "notice", "seq", "kind", "at", "body", "person", "files", "clock", "held", "promise"]);
const MANIFEST_MEMBERS = "entries,files,format,notice,origin,root,view";
/** Files of a record that no entry speaks of. */
const OWN_FILES = ["manifest.json", "manifest.note", "key.txt", "checkpoint.txt", "checkpoints.jsonl", "log.jsonl", "README.txt", "witnessed.jsonl", "timestamps.jsonl"];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
/** What comes by the web is entered so long after it reached the service at most. */
const LONGEST_WAY_MS = 15 * 60 * 1000;
const CLERK_CHANNELS = new Set(["counter", "post", "email", "phone", "meeting", "import"]);
/** Verify a record: its files by their paths, and what others hold of it. */
export async function verifyRecord(files, witnesses = {}) {
    const verification = new Verification(files);
    await verification.run(witnesses);
    const { findings, tree, promises } = verification;
    return { holds: findings.length === 0, entries: tree.leaves.length, root: hex(await tree.root()), findings, promises, unchecked: UNCHECKED };
}
class Verification {
    files;
    findings = [];
    promises = [];
    tree = new Tree();
    #roots = new Map();
    #lines = [];
    #manifest = {};
    constructor(files) {
        this.files = files;
    }
    async run(witnesses) {
        const key = await this.#try("key_other", "key.txt", () => Key.read(this.#text("key.txt").replace(/\n$/, "")));
        await this.#try("manifest_damaged", "manifest.json", () => this.#checkFiles());
        if (key === undefined)
            return;
        await this.#try("seal_forged", "manifest.note", () => this.#checkSeal(key));
        await this.#try("log_damaged", "log.jsonl", () => this.#readLog());
        for (const [number, line] of this.#lines.entries()) {
            await this.#try("log_damaged", `entry ${number}`, () => this.#checkEntry(line));
        }
        await this.#try("law_broken", "log.jsonl", () => this.#checkDates());
        await this.#try("law_broken", "log.jsonl", () => this.#checkLooks());
        await this.#try("law_broken", "log.jsonl", async () => {
            for (const { where, said } of await faultsOfActs(this.#lines))
                this.#find("law_broken", where, said);
        });
        this.#checkPeriods();
        await this.#try("log_damaged", "log.jsonl", () => this.#checkGrounds());
        await this.#try("log_damaged", "log.jsonl", () => this.#checkSpokenOf());
        const chain = await Chain.read(this.#lines, key, this.#roots);
        for (const { seq, said } of chain.faults)
            this.#find("handover_broken", `entry ${seq} (recovered)`, said);
        if (witnesses.key !== undefined && !chain.holds((await Key.read(witnesses.key.trim())).line)) {
            this.#find("key_other", "key.txt", key.line);
            this.#find("seal_forged", "manifest.note", witnesses.key);
        }
        await this.#checkCheckpoints(chain);
        await this.#checkWitnesses(chain, witnesses);
        const seen = await this.#checkOutside(chain, witnesses.witnesses ?? []);
        await this.#checkPromises(chain, witnesses.receipts ?? [], seen);
    }
    #find(kind, where, said = "") {
        this.findings.push({ kind, where, said });
    }
    async #try(kind, where, work) {
        try {
            return await work();
        }
        catch (error) {
            this.#find(kind, where, error instanceof Error ? error.message : String(error));
            return undefined;
        }
    }
    #text(path) {
        const bytes = this.files.get(path);
        if (bytes === undefined)
            throw new Error(`${path} is missing`);
        return text(bytes);
    }
    /** Every file is the one that the manifest names, and there is none besides. */
    async #checkFiles() {
        this.#manifest = table(loads(this.#text("manifest.json")));
        const members = Object.keys(this.#manifest).sort().join();
        if (this.#manifest["format"] !== "blockplan-record-1" || members !== MANIFEST_MEMBERS)
            throw new Error("no record of this form");
        if (this.#manifest["view"] !== "public" && this.#manifest["view"] !== "archive")
            throw new Error("neither public nor archive");
        const listed = table(this.#manifest["files"]);
        for (const [path, said] of Object.entries(listed)) {
            const bytes = this.files.get(path);
            const { bytes: size, sha256: digest } = table(said);
            if (bytes === undefined)
                this.#find("file_missing", path);
            else if (bytes.length !== size || hex(await sha256(bytes)) !== digest)
                this.#find("file_changed", path);
        }
        for (const path of this.files.keys()) {
            if (!(path in listed) && path !== "manifest.json" && path !== "manifest.note")
                this.#find("file_extra", path);
        }
    }
    async #checkSeal(key) {
        const sealed = await key.text(this.#text("manifest.note"));
        const digest = hex(await sha256(this.files.get("manifest.json") ?? new Uint8Array()));
        if (sealed !== `${key.name}/manifest\n${digest}\n`)
            this.#find("manifest_changed", "manifest.json");
    }
    /** The lines, and the root of the tree after each. */
    async #readLog() {
        const lines = this.#text("log.jsonl").split("\n");
        if (lines.pop() !== "")
            this.#find("log_damaged", "log.jsonl", "the last line does not end");
        for (const [number, said] of lines.entries()) {
            const line = table(loads(said));
            this.#lines.push(line);
            const leaf = table(line["leaf"]);
            if (leaf["seq"] !== number)
                this.#find("entry_number", `line ${number + 1}`, String(leaf["seq"]));
            if (leaf["notice"] !== this.#manifest["notice"])
                this.#find("entry_foreign", `line ${number + 1}`);
            await this.tree.add(await leafHash(utf8(dumps(leaf))));
            this.#roots.set(number + 1, await this.tree.root());
        }
    }
    /** What is shown of an entry is what was committed to; what is not shown has a ground. */
    async #checkEntry(line) {
        const leaf = table(line["leaf"]);
        const where = `entry ${String(leaf["seq"])} (${String(leaf["kind"])})`;
        if ("body" in line === "kept_back" in line)
            throw new Error("it needs a body or a ground, and one of them");
        if ("kept_back" in line && ("body_key" in line || "files" in line))
            throw new Error("a key or a file of it is not kept back");
        const unknown = [
            ...Object.keys(line).filter((name) => !MEMBERS.has(name)),
            ...Object.keys(leaf).filter((name) => !LEAF_MEMBERS.has(name)),
        ];
        if (unknown.length > 0)
            throw new Error(`unknown keys: ${unknown.join(", ")}`);
        if (leaf["v"] !== 1)
            throw new Error("no leaf of this version");
        if ("promise" in leaf && (leaf["kind"] !== "submitted" || !/^[0-9a-f]{64}$/.test(String(leaf["promise"])))) {
            throw new Error("a promise is of a submission, and the leaf bears its hash");
        }
        if ("body" in line && !(await committed(leaf["body"], line["body_key"], line["body"])))
            this.#find("body_changed", where);
        if ("person" in line && !(await committed(leaf["person"], line["person_key"], line["person"]))) {
            this.#find("person_changed", where);
        }
        const files = filesOf(line);
        const commitments = (leaf["files"] ?? []);
        if ("body" in line && files.length !== commitments.length)
            throw new Error("the number of its files differs");
        for (const [number, said] of files.entries()) {
            if (said === null)
                continue;
            const { path, key } = table(said);
            const bytes = this.files.get(String(path));
            if (bytes === undefined || !(await committedBytes(commitments[number], key, bytes))) {
                this.#find("file_swapped", where, String(path));
            }
        }
    }
    /** Time runs forward; a period is lengthened and not shortened; an opinion is late exactly when it is. */
    #checkDates() {
        let [before, ends] = ["", ""];
        for (const line of this.#lines) {
            const leaf = table(line["leaf"]);
            const at = String(leaf["at"]);
            const where = `entry ${String(leaf["seq"])} (${String(leaf["kind"])})`;
            if (!MOMENT.test(at))
                this.#find("log_damaged", where, at);
            if (at < before && leaf["kind"] !== "clock_repaired")
                this.#find("time_backwards", where, `${at} < ${before}`);
            before = at;
            if (!("body" in line))
                continue;
            const body = table(line["body"]);
            if (leaf["kind"] === "clock_repaired")
                this.#checkRepair(body, at, Number(leaf["seq"]), where);
            if (leaf["kind"] === "opened")
                ends = String(table(body["period"])["ends_before"]);
            if (leaf["kind"] === "extended") {
                const longer = String(table(body["period"])["ends_before"]);
                if (longer <= ends || at >= ends)
                    this.#find("law_broken", where, `${longer} <= ${ends}`);
                ends = longer;
            }
            if (leaf["kind"] === "closed" && at < ends)
                this.#find("law_broken", where, `${at} < ${ends}`);
            if (leaf["kind"] === "submitted")
                this.#checkLate(body, at, ends, where);
        }
    }
    /** A repair begins at the first entry whose time lies ahead, and names those that were late by it alone. */
    #checkRepair(body, at, seq, where) {
        const wrong = [];
        for (let number = seq - 1; number >= 0; number--) {
            const line = this.#lines[number];
            if (String(table(line["leaf"])["at"]) <= at)
                break;
            wrong.push(line);
        }
        const said = (body["in_time"] ?? []);
        const came = new Map();
        let latest = at;
        for (const line of wrong) {
            const leaf = table(line["leaf"]);
            if (typeof leaf["clock"] === "string" && leaf["clock"] < latest)
                latest = leaf["clock"];
            if (leaf["kind"] !== "submitted")
                continue;
            const words = "body" in line ? table(line["body"]) : undefined;
            const late = words?.["late"] === true && !("received_at" in words) && latest < String(words["ends_before"]);
            came.set(`O-${String(leaf["seq"])}`, words === undefined ? undefined : late);
        }
        const bent = wrong.length === 0 ||
            body["from"] !== seq - wrong.length ||
            said.some((name) => !came.has(String(name))) ||
            [...came].some(([name, late]) => late !== undefined && late !== said.includes(name));
        if (bent)
            this.#find("law_broken", where, "it does not follow from the log");
    }
    #checkLate(body, at, ends, where) {
        const before = body["recovered"];
        if (before !== undefined && before !== null) {
            // It came before a loss, at the time that its receipt says.
            const came = String(table(before)["at"]);
            if (body["late"] !== ((came < at ? came : at) >= ends) || body["ends_before"] !== ends)
                this.#find("law_broken", where, "late or not");
            return;
        }
        const clerk = CLERK_CHANNELS.has(String(body["channel"])) && typeof body["received_at"] === "string";
        const door = body["arrived_at"];
        const way = typeof door === "string" && MOMENT.test(door) ? Date.parse(at) - Date.parse(door) : -1;
        if (door !== undefined && (way < 0 || way > LONGEST_WAY_MS || String(door) > at || body["channel"] !== "web"))
            this.#find("law_broken", where, `arrived ${String(door)}, entered ${at}`);
        // A day of arrival is local: it is left to the verifier that knows time zones.
        const late = clerk ? body["late"] : String(door ?? at) >= ends;
        if (body["late"] !== late || body["ends_before"] !== ends)
            this.#find("law_broken", where, "late or not");
    }
    /** Each period is as long as its rule asks, and the rule is one that is known. */
    #checkPeriods() {
        let rule;
        for (const line of this.#lines) {
            const { seq, kind } = table(line["leaf"]);
            if (!("body" in line) || (kind !== "opened" && kind !== "extended"))
                continue;
            const where = `entry ${String(seq)} (${String(kind)})`;
            const body = table(line["body"]);
            try {
                if (kind === "opened")
                    rule = table(body["rule"]);
                const said = shortfall(table(rule), table(body["period"]), body["closed"]);
                if (said !== undefined)
                    this.#find("period_short", where, said);
                if (KNOWN[String(rule?.["id"])] !== rule?.["country"])
                    this.#find("rule_unknown", where, String(rule?.["id"]));
            }
            catch (error) {
                this.#find("period_short", where, error instanceof Error ? error.message : String(error));
            }
        }
    }
    /** What a leaf says to wait is opened by an entry about these very words, and nothing else waits. */
    #checkLooks() {
        const newest = new Map();
        const first = new Map();
        const looked = new Set();
        for (const line of this.#lines) {
            const leaf = table(line["leaf"]);
            const [seq, kind, held] = [Number(leaf["seq"]), String(leaf["kind"]), "held" in leaf];
            const where = `entry ${seq} (${kind})`;
            const body = "body" in line ? table(line["body"]) : undefined;
            const opinion = kind === "submitted" ? `O-${seq}` : String(body?.["opinion"] ?? line["opinion"] ?? "");
            if (held && leaf["held"] !== true)
                throw new Error(`the leaf of ${where} is none`);
            if (kind === "submitted")
                first.set(opinion, held);
            else if (held && (kind !== "amended" || !first.get(opinion)))
                this.#find("law_broken", where, "it cannot wait");
            if (kind === "amended" && body !== undefined && held !== (first.get(opinion) === true && !("by" in body))) {
                this.#find("law_broken", where, "it waits or not");
            }
            if (WORDS.has(kind))
                newest.set(opinion, { seq, held });
            if (kind !== "shown" || body === undefined)
                continue;
            const words = newest.get(opinion);
            if (words?.held !== true || words.seq !== body["of"] || looked.has(words.seq)) {
                this.#find("law_broken", where, "these words do not wait");
            }
            else
                looked.add(words.seq);
        }
    }
    /** What is shown and what is kept back is what the log says; names are the archive's alone. */
    #checkGrounds() {
        const disclosure = new Disclosure(this.#lines);
        const archive = this.#manifest["view"] === "archive";
        for (const line of this.#lines) {
            const { seq, kind } = table(line["leaf"]);
            const where = `entry ${String(seq)} (${String(kind)})`;
            const here = { body: "body" in line, person: "person" in line, files: filesOf(line).some((file) => file !== null) };
            for (const [part, isHere] of Object.entries(here)) {
                if (isHere && disclosure.isErased(line, part))
                    this.#find("erased_present", where, part);
            }
            const ground = disclosure.ground(line);
            if (here.person && !archive)
                this.#find("shown_wrongly", where, "person");
            if (here.body && ground !== undefined && !archive)
                this.#find("shown_wrongly", where, ground);
            this.#checkKeptBack(line, where, ground, disclosure);
        }
    }
    #checkKeptBack(line, where, ground, disclosure) {
        const said = line["kept_back"];
        if (said === undefined) {
            if (filesOf(line).includes(null) && !disclosure.isErased(line, "files"))
                this.#find("ground_missing", where, "a file");
        }
        else if (said === "erased" ? !disclosure.isErased(line, "body") : said !== ground) {
            this.#find("ground_missing", where, String(said));
        }
    }
    /** Every file belongs to an entry, so that nothing can lie in a record which the log does not hold. */
    #checkSpokenOf() {
        const known = new Set(OWN_FILES);
        for (const line of this.#lines) {
            for (const file of filesOf(line))
                if (file !== null)
                    known.add(String(table(file)["path"]));
        }
        for (const path of Object.keys(table(this.#manifest["files"]))) {
            if (this.files.has(path) && !known.has(path))
                this.#find("file_extra", path, "no entry speaks of it");
        }
    }
    async #checkCheckpoints(chain) {
        const notes = [];
        await this.#try("checkpoint_forged", "checkpoints.jsonl", async () => {
            for (const line of this.#text("checkpoints.jsonl").split("\n").slice(0, -1)) {
                const note = String(loads(line));
                notes.push(note);
                const { found, last } = await chain.checkpoint(note);
                if (last !== undefined && found.size > last)
                    throw new Error("the key before the loss signed it");
                this.#fits(found, "checkpoints.jsonl", "log_short", "fork");
            }
        });
        await this.#try("checkpoint_forged", "checkpoint.txt", async () => {
            const note = this.#text("checkpoint.txt");
            const { found: newest, last } = await chain.checkpoint(note);
            if (last !== undefined)
                throw new Error("a key before a loss signed it");
            this.#fits(newest, "checkpoint.txt", "log_short", "fork");
            if (newest.size < this.tree.leaves.length)
                this.#find("log_unsigned", "checkpoint.txt");
            const { entries, root, origin } = this.#manifest;
            if (entries !== newest.size || root !== hex(newest.root) || origin !== newest.origin || notes.at(-1) !== note) {
                this.#find("manifest_differs", "manifest.json");
            }
        });
    }
    async #checkWitnesses(chain, { checkpoints = [], receipts = [] }) {
        for (const [number, note] of checkpoints.entries())
            await this.#elsewhere(chain, note, `checkpoint ${number + 1} from elsewhere`);
        const again = new Set();
        for (const line of this.#lines) {
            const kind = String(table(line["leaf"])["kind"]);
            const before = "body" in line && ENTERED_ANEW.has(kind) ? table(line["body"])["recovered"] : undefined;
            if (before !== undefined && before !== null)
                again.add(table(before)["leaf"]);
        }
        for (const [number, document] of receipts.entries()) {
            if (isPromise(document))
                continue;
            const where = `receipt ${number + 1}`;
            await this.#try("receipt_forged", where, async () => {
                const receipt = await readReceipt(document, chain.keyOf(table(document)["key"]));
                for (const one of [receipt, ...receipt.later]) {
                    const fits = await this.#elsewhere(chain, one.note, where, false);
                    const leaf = this.tree.leaves[one.index];
                    // Entered anew, its words may wait for a look and be kept back; the leaf bears the same promise.
                    const promised = one.leaf["promise"];
                    const anew = fits === undefined && promised !== undefined && this.#lines.some((line) => table(line["leaf"])["promise"] === promised);
                    if ((leaf === undefined || !equal(leaf, one.hash)) && !again.has(hex(one.hash)) && !anew) {
                        this.#find(fits === undefined ? "receipt_lost" : "receipt_not_in_record", where);
                    }
                }
            });
        }
    }
    /** Whether the log leads on from what somebody holds; undefined where its key signed it before a loss. */
    async #elsewhere(chain, note, where, lost = true) {
        return this.#try("checkpoint_forged", where, async () => {
            const { found, last } = await chain.checkpoint(note);
            if (last !== undefined && found.size > last) {
                if (lost)
                    this.#find("witness_lost", where, String(found.size));
                return undefined;
            }
            this.#fits(found, where, "witness_smaller", "witness_fork");
            return true;
        });
    }
    /** What witnesses signed along with the record leads to it; those that somebody trusts are among them. */
    async #checkOutside(chain, keys) {
        const notes = [];
        for (const [path, read] of [
            ["witnessed.jsonl", (row) => String(row)],
            ["timestamps.jsonl", (row) => String(table(row)["checkpoint"])],
        ]) {
            if (!this.files.has(path))
                continue;
            for (const line of this.#text(path).split("\n").slice(0, -1)) {
                await this.#try("checkpoint_forged", path, async () => {
                    const note = read(loads(line));
                    if (path === "witnessed.jsonl")
                        notes.push(note);
                    await this.#elsewhere(chain, note, path);
                });
            }
        }
        const seen = [];
        for (const line of keys) {
            const witness = await Witness.read(line);
            const signed = await Promise.all(notes.map((note) => witness.signedAt(note)));
            if (signed.every((at) => at === undefined))
                this.#find("unwitnessed", "witnessed.jsonl", witness.name);
            for (const [number, at] of signed.entries()) {
                const size = Number(notes[number].split("\n")[1]);
                if (at !== undefined)
                    seen.push({ size, at: new Date(at * 1000).toISOString().replace(/Z$/, "000Z") });
            }
        }
        return seen;
    }
    /** What was promised stands in the record, in time and with the same words, as far as the record goes. */
    async #checkPromises(chain, held, seen) {
        const promises = held.map((one) => (isPromise(one) ? one : table(one)["promise"])).filter((one) => one !== undefined);
        for (const [number, document] of promises.entries()) {
            const where = `promise ${number + 1}`;
            await this.#try("promise_forged", where, async () => {
                const promise = await readPromise(document, chain.keyOf(table(document)["key"]));
                const { outcome, entry, until, said } = became(promise, this.#lines, seen);
                this.promises.push({ outcome, entry, until });
                if (outcome === "broken" || outcome === "other_words")
                    this.#find(`promise_${outcome}`, where, said);
            });
        }
    }
    /** Whether the log leads on from a checkpoint. */
    #fits(checkpoint, where, smaller, other) {
        const size = this.tree.leaves.length;
        if (checkpoint.size > size)
            this.#find(smaller, where, `${size} < ${checkpoint.size}`);
        else if (!equal(this.#roots.get(checkpoint.size) ?? new Uint8Array(), checkpoint.root)) {
            this.#find(other, where, String(checkpoint.size));
        }
    }
}
function filesOf(line) {
    const files = line["files"] ?? [];
    if (!Array.isArray(files))
        throw new Error("its files are no list");
    return files;
}
