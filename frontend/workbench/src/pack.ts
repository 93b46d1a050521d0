// Many files as one zip, uncompressed: a service takes few files at once, and a folder of an office has many.

const TABLE = Uint32Array.from({ length: 256 }, (_, at) => {
  let rest = at;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

function crc32(bytes: Uint8Array): number {
  let found = 0xffffffff;
  for (const byte of bytes) found = TABLE[(found ^ byte) & 0xff]! ^ (found >>> 8);
  return (found ^ 0xffffffff) >>> 0;
}

/** Whole numbers of 2 ("h") or 4 ("i") bytes, the low byte first. */
function packed(form: string, ...values: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer([...form].reduce((size, one) => size + (one === "h" ? 2 : 4), 0)));
  let at = 0;
  values.forEach((value, index) => {
    if (form[index] === "h") view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += form[index] === "h" ? 2 : 4;
  });
  return new Uint8Array(view.buffer);
}

/** Names in UTF-8 (flag 0x800), contents as they are, times left out. */
export async function zipped(files: [string, File][]): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const index: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [path, file] of files) {
    const content = new Uint8Array(await file.arrayBuffer());
    const name = new Uint8Array(new TextEncoder().encode(path));
    const said = [20, 0x800, 0, 0, 0x21, crc32(content), content.length, content.length, name.length, 0];
    parts.push(packed("ihhhhhiiihh", 0x04034b50, ...said), name, content);
    index.push(packed("ihhhhhhiiihhhhhii", 0x02014b50, 20, ...said, 0, 0, 0, 0, offset), name);
    offset += 30 + name.length + content.length;
  }
  const size = index.reduce((sum, one) => sum + one.length, 0);
  const end = packed("ihhhhiih", 0x06054b50, 0, 0, files.length, files.length, size, offset, 0);
  return new Blob([...parts, ...index, end], { type: "application/zip" });
}
