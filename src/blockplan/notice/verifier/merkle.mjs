/** The tree of RFC 9162: hashes, growing roots, and the two checks of proofs. */
import { concat, equal, sha256 } from "./bytes.mjs";
export const leafHash = (leaf) => sha256(concat(Uint8Array.of(0), leaf));
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));
/** A tree that only grows; it keeps the roots of its complete parts, from large to small. */
export class Tree {
    leaves = [];
    #parts = [];
    /** A further leaf, by its hash. */
    async add(leaf) {
        let node = leaf;
        for (let index = this.leaves.length; index % 2 === 1; index = (index - 1) / 2) {
            node = await nodeHash(this.#parts.pop(), node);
        }
        this.#parts.push(node);
        this.leaves.push(leaf);
    }
    /** The root as the tree stands now. */
    async root() {
        const parts = [...this.#parts];
        let root = parts.pop();
        if (root === undefined)
            return sha256(new Uint8Array());
        for (const part of parts.reverse())
            root = await nodeHash(part, root);
        return root;
    }
}
/** Whether a path leads from a leaf's hash to the root; section 2.1.3.2. */
export async function included(leaf, index, size, path, root) {
    if (!(Number.isSafeInteger(index) && index >= 0 && index < size))
        return false;
    let [fn, sn, r] = [index, size - 1, leaf];
    for (const p of path) {
        if (sn === 0)
            return false;
        if (fn % 2 === 1 || fn === sn) {
            r = await nodeHash(p, r);
            while (fn % 2 === 0 && fn !== 0)
                [fn, sn] = [half(fn), half(sn)];
        }
        else {
            r = await nodeHash(r, p);
        }
        [fn, sn] = [half(fn), half(sn)];
    }
    return sn === 0 && equal(r, root);
}
/** Whether a path proves that a smaller tree is the beginning of a larger one; section 2.1.4.2. */
export async function consistent(first, second, firstRoot, secondRoot, path) {
    if (!(first > 0 && first <= second))
        return false;
    if (first === second)
        return path.length === 0 && equal(firstRoot, secondRoot);
    const steps = Number.isInteger(Math.log2(first)) ? [firstRoot, ...path] : [...path];
    let [fn, sn] = [first - 1, second - 1];
    while (fn % 2 === 1)
        [fn, sn] = [half(fn), half(sn)];
    const start = steps.shift();
    if (start === undefined)
        return false;
    let [fr, sr] = [start, start];
    for (const c of steps) {
        if (sn === 0)
            return false;
        if (fn % 2 === 1 || fn === sn) {
            [fr, sr] = [await nodeHash(c, fr), await nodeHash(c, sr)];
            while (fn % 2 === 0 && fn !== 0)
                [fn, sn] = [half(fn), half(sn)];
        }
        else {
            sr = await nodeHash(sr, c);
        }
        [fn, sn] = [half(fn), half(sn)];
    }
    return sn === 0 && equal(fr, firstRoot) && equal(sr, secondRoot);
}
const half = (number) => Math.floor(number / 2);
