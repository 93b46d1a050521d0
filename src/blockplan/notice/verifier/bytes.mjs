/** Bytes, their texts, and the two hashes, by WebCrypto alone. */
const encoder = new TextEncoder();
/** UTF-8 of a text. */
export function utf8(text) {
    return encoder.encode(text);
}
/** The text of UTF-8; anything else is refused, a mark at the beginning is kept. */
export function text(bytes) {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
export function concat(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}
export function equal(one, two) {
    return one.length === two.length && one.every((byte, at) => byte === two[at]);
}
export function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
/** Bytes of hex in lower case. */
export function unhex(said) {
    if (typeof said !== "string" || said.length % 2 !== 0 || !/^[0-9a-f]*$/.test(said)) {
        throw new Error("no hex");
    }
    return Uint8Array.from(said.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
export function base64(bytes) {
    return btoa(String.fromCharCode(...bytes));
}
/** Bytes of base64, if it is written in its one true form. */
export function unbase64(said) {
    let bytes;
    try {
        bytes = Uint8Array.from(atob(said), (sign) => sign.charCodeAt(0));
    }
    catch {
        throw new Error("no base64");
    }
    if (base64(bytes) !== said)
        throw new Error("no base64 in its one true form");
    return bytes;
}
export async function sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
export async function hmac(key, bytes) {
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes));
}
