/** The page that checks a receipt: in the reader's own browser, so that the file is sent nowhere. */

import { isPromise, readPromise } from "/static/verifier/promise.mjs";
import { FORMAT, opinionOf, readReceipt } from "/static/verifier/receipt.mjs";

const FAULT = "note fault";

/** A moment of the record in the words and the time zone of the reader; as it stands where it is none. */
function moment(at: string): string {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return at;
  const { lang } = document.documentElement;
  return when.toLocaleString(lang === "en" ? "en-GB" : lang, { dateStyle: "long", timeStyle: "long" });
}

function words(kind: string, values: Record<string, string> = {}): string {
  const template = document.querySelector<HTMLTemplateElement>("#words")!;
  const said = template.content.querySelector(`.${kind}`)!.textContent ?? "";
  return said.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

function show(lines: [string, string][]): void {
  const said = document.querySelector("#said")!;
  said.replaceChildren(
    ...lines.map(([look, text]) => {
      const line = document.createElement("p");
      line.className = look;
      // Faults are told in English alone, and are read out as such.
      if (look === FAULT) line.lang = "en";
      line.textContent = text;
      return line;
    }),
  );
  document.querySelector<HTMLElement>("#answer")!.hidden = false;
  document.querySelector<HTMLElement>("#result")!.focus();
}

async function check(file: File): Promise<[string, string][]> {
  let document_: unknown;
  try {
    document_ = JSON.parse(await file.text());
  } catch {
    return [["alert", words("none")]];
  }
  try {
    const key = String((document_ as Record<string, unknown> | null)?.["key"]);
    if (isPromise(document_)) {
      const { arrived, until } = await readPromise(document_);
      return [["good", words("promise", { at: moment(arrived), until: moment(until) })], ["note", words("here")], ["key", key]];
    }
    if ((document_ as Record<string, unknown> | null)?.["format"] !== FORMAT) return [["alert", words("none")]];
    const found = await readReceipt(document_);
    const seq = String(found.index);
    const id = opinionOf(document_ as Record<string, unknown>) ?? "";
    const told = { id, seq, at: moment(String(found.leaf["at"])), size: String(found.checkpoint.size) };
    const later: [string, string][] = found.later.map((one) => [
      "good",
      words("later", { kind: words(String(one.leaf["kind"])), seq: String(one.index), at: moment(String(one.leaf["at"])) }),
    ]);
    return [["good", words("holds", told)], ...later, ["note", words("here")], ["key", key]];
  } catch (error) {
    return [["alert", words("fails")], [FAULT, error instanceof Error ? error.message : String(error)]];
  }
}

const form = document.querySelector<HTMLFormElement>("#verify");
form?.addEventListener("submit", (event) => {
  const file = document.querySelector<HTMLInputElement>("#receipt")?.files?.[0];
  if (file === undefined) return;
  event.preventDefault();
  void check(file).then(show);
});
