// Asks the second verifier what the tests want to know: JSON lines in, JSON lines out.
import { readdir, readFile } from "node:fs/promises";

const folder = `file://${process.argv[2]}/`;
const { unhex, hex } = await import(`${folder}bytes.mjs`);
const { dumps, loads } = await import(`${folder}canonical.mjs`);
const { Tree, included, consistent, leafHash } = await import(`${folder}merkle.mjs`);
const { Key, readCheckpoint } = await import(`${folder}note.mjs`);
const { readReceipt } = await import(`${folder}receipt.mjs`);
const { verifyRecord } = await import(`${folder}record.mjs`);

const hashes = (path) => path.map(unhex);

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = `${entry.parentPath ?? entry.path}/${entry.name}`;
    files.set(path.slice(folder.length + 1), new Uint8Array(await readFile(path)));
  }
  return files;
}

const answers = {
  async roots({ leaves }) {
    const tree = new Tree();
    const roots = [hex(await tree.root())];
    for (const leaf of leaves) {
      await tree.add(await leafHash(unhex(leaf)));
      roots.push(hex(await tree.root()));
    }
    return roots;
  },
  included: ({ leaf, index, size, path, root }) => included(unhex(leaf), index, size, hashes(path), unhex(root)),
  consistent: ({ old, size, roots, path }) => consistent(old, size, ...hashes(roots), hashes(path)),
  canonical: ({ said }) => dumps(loads(said)),
  number({ bits }) {
    return dumps(new DataView(unhex(bits).buffer).getFloat64(0));
  },
  async note({ note, key }) {
    return (await Key.read(key)).text(note);
  },
  async checkpoint({ note, key }) {
    return (await readCheckpoint(note, await Key.read(key))).size;
  },
  async receipt({ document, key }) {
    return (await readReceipt(document, key === undefined ? undefined : await Key.read(key))).index;
  },
  async record({ folder, witnesses }) {
    return (await verifyRecord(await filesOf(folder), witnesses)).findings.map((finding) => finding.kind);
  },
  // How many of these flipped bits were not found.
  async flips({ folder, flips }) {
    const files = await filesOf(folder);
    const missed = [];
    for (const [path, place, bit] of flips) {
      const whole = files.get(path);
      const bent = Uint8Array.from(whole);
      bent[place] ^= 1 << bit;
      files.set(path, bent);
      if ((await verifyRecord(files)).holds) missed.push([path, place, bit]);
      files.set(path, whole);
    }
    return missed;
  },
};

let input = "";
for await (const chunk of process.stdin.setEncoding("utf-8")) input += chunk;
for (const line of input.split("\n").filter(Boolean)) {
  const { op, ...said } = JSON.parse(line);
  let answer;
  try {
    answer = { is: await answers[op](said) };
  } catch (error) {
    answer = { refused: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
