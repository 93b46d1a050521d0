/** Keyed commitments: HMAC-SHA-256 of a document or of bytes under a random key of 32 bytes. */
import { hex, hmac, unhex, utf8 } from "./bytes.mjs";
import { dumps, table } from "./canonical.mjs";
/** Whether a document is the one that a commitment in hex speaks of. */
export async function committed(commitment, key, document) {
    return committedBytes(commitment, key, utf8(dumps(table(document))));
}
export async function committedBytes(commitment, key, content) {
    const secret = unhex(key);
    return secret.length === 32 && commitment === hex(await hmac(secret, content));
}
