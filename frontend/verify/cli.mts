/**
 * The verifier as a command, for Node 20 or newer:
 *
 *     node cli.mjs RECORD [--key KEY] [--checkpoint FILE]... [--receipt FILE]... [--promise FILE]... [--witness KEY]...
 *     node cli.mjs --receipt-alone FILE [--key KEY]   (a receipt, or what was promised before entry)
 *
 * Prints one JSON document; leaves with 0 if all holds, 1 if anything is wrong, 2 if it was called wrongly.
 */

import { readdir, readFile } from "node:fs/promises";

import { type Bytes, text } from "./bytes.mjs";
import type { Json } from "./canonical.mjs";
import { Key } from "./note.mjs";
import { isPromise, readPromise } from "./promise.mjs";
import { readReceipt } from "./receipt.mjs";
import { type Finding, verifyRecord, type Witnesses } from "./record.mjs";

async function readFolder(folder: string, within: string, files: Map<string, Bytes>, odd: Finding[]): Promise<void> {
  const entries = await readdir(`${folder}/${within}`, { withFileTypes: true });
  if (entries.length === 0 && within !== "") odd.push({ kind: "file_extra", where: within, said: "an empty folder" });
  for (const entry of entries) {
    const path = `${within}${entry.name}`;
    if (entry.isDirectory()) await readFolder(folder, `${path}/`, files, odd);
    else if (entry.isFile()) files.set(path, new Uint8Array(await readFile(`${folder}/${path}`)));
    else odd.push({ kind: "file_extra", where: path, said: "no plain file" });
  }
}

async function readJson(path: string): Promise<Json> {
  return JSON.parse(text(new Uint8Array(await readFile(path)))) as Json;
}

async function receiptAlone(path: string, key?: string): Promise<number> {
  let faults: string[] = [];
  try {
    const document = await readJson(path);
    const wanted = key === undefined ? undefined : await Key.read(key.trim());
    if (isPromise(document)) await readPromise(document, wanted);
    else await readReceipt(document, wanted);
  } catch (error) {
    faults = [error instanceof Error ? error.message : String(error)];
  }
  process.stdout.write(`${JSON.stringify({ receipt: path, holds: faults.length === 0, faults })}\n`);
  return faults.length === 0 ? 0 : 1;
}

async function main(words: string[]): Promise<number> {
  const witnesses: Witnesses = { checkpoints: [], receipts: [], witnesses: [] };
  let folder: string | undefined;
  let alone: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--key") witnesses.key = words.shift() ?? "";
    else if (word === "--checkpoint") witnesses.checkpoints?.push(text(new Uint8Array(await readFile(words.shift() ?? ""))));
    else if (word === "--receipt" || word === "--promise") witnesses.receipts?.push(await readJson(words.shift() ?? ""));
    else if (word === "--witness") witnesses.witnesses?.push(words.shift() ?? "");
    else if (word === "--receipt-alone") alone = words.shift();
    else folder = word;
  }
  if (alone !== undefined) return receiptAlone(alone, witnesses.key);
  if (folder === undefined) throw new Error("name the folder of a record");
  const files = new Map<string, Bytes>();
  const odd: Finding[] = [];
  await readFolder(folder, "", files, odd);
  const result = await verifyRecord(files, witnesses);
  const findings = [...odd, ...result.findings];
  process.stdout.write(`${JSON.stringify({ ...result, record: folder, holds: findings.length === 0, findings })}\n`);
  return findings.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`verify: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
