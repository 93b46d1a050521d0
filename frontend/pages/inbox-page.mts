/** Keys of the inbox. Each does what a link or a field of the page does; all can be switched off. */

const OFF = "blockplan-keys-off";
const find = <T extends HTMLElement>(where: string): T | null => document.querySelector<T>(where);
const help = find<HTMLDetailsElement>("#keys");
const on = find<HTMLInputElement>("#keys-on");

/** What is written is kept in the tab, for who wrote it alone, until another answer stands: a session that ends takes nothing along. */
function keep(form: HTMLFormElement): void {
  const mine = `blockplan-answer ${form.dataset["who"]} `;
  const place = `${mine}${location.pathname} `;
  const key = place + form.querySelector<HTMLInputElement>("[name=seen]")!.value;
  const fields = [...form.querySelectorAll<HTMLTextAreaElement>("textarea:not([hidden])")];
  let kept = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Record<string, string>;
  for (const old of Object.keys(sessionStorage)) if ((old.startsWith("blockplan-answer ") && !old.startsWith(mine)) || (old.startsWith(place) && old !== key)) sessionStorage.removeItem(old);
  // Words that stand as an answer by now, of the point or of its theme, were sent.
  const stands = JSON.parse(form.dataset["stands"]!) as Record<string, string>;
  const plain = (words: string | undefined): string => (words ?? "").replaceAll("\r\n", "\n").trim();
  if (Object.entries(kept).every(([name, words]) => plain(words) === plain(stands[name]))) {
    sessionStorage.removeItem(key);
    kept = {};
  }
  const store = (): void => sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((one) => [one.name, one.value]))));
  // Where the page brings words of its own, as after trying a scenario or of a template, those stand and are kept.
  if (form.closest("article")!.querySelector("[role=alert], [role=status]")) store();
  else {
    for (const one of fields.filter((one) => kept[one.name] !== undefined && kept[one.name] !== one.value)) {
      one.value = kept[one.name]!;
      find("#kept")!.hidden = false;
      one.closest("details")?.setAttribute("open", "");
    }
  }
  form.addEventListener("input", store);
}

/** The row that has the keyboard, or is open. */
function row(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(".rows > li") ?? find(".rows > .here") ?? find(".rows > li");
}

/** To the next point or the one before: where one is open its page, and else its row. */
function go(id: string, step: 1 | -1): void {
  const link = find<HTMLAnchorElement>(id);
  if (link) return link.click();
  const rows = [...document.querySelectorAll<HTMLElement>(".rows > li > a")];
  const at = rows.findIndex((one) => one.contains(document.activeElement) || one.parentElement?.contains(document.activeElement));
  rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
}

const ACTS: Record<string, () => void> = {
  j: () => go("#forwards", 1),
  k: () => go("#back", -1),
  x: () => row()?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
  t: () => (find(".rows :checked") ? find("#bulk") : find("#theme"))?.focus(),
  a: () => (find(".rows :checked") ? find("#bulk-to") : find("#to"))?.focus(),
  ";": () => find("#template")?.focus(),
  // One letter takes nothing back: it leads to the button, which says what goes back to where.
  z: () => find("#undo")?.focus(),
  r: () => {
    const reason = find<HTMLTextAreaElement>(".answering textarea:not([hidden])");
    reason?.focus();
    reason?.setSelectionRange(reason.value.length, reason.value.length);
  },
  "/": () => find("#q")?.focus(),
  "?": () => {
    if (help) help.open = !help.open;
    help?.scrollIntoView({ block: "nearest" });
  },
};

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    (event.target as HTMLElement).closest<HTMLFormElement>(".answering")?.requestSubmit();
  } else if (event.ctrlKey || event.metaKey || (on && !on.checked)) {
    return;
  } else if (event.key === "Escape" && typing(event.target)) {
    (event.target as HTMLElement).blur();
  } else if (!typing(event.target)) {
    const kind = /^[1-7]$/.test(event.key) ? document.querySelectorAll<HTMLInputElement>(".kinds input")[Number(event.key) - 1] : null;
    const act = ACTS[event.key.toLowerCase()];
    if (!kind && !act) return;
    event.preventDefault();
    if (kind) kind.click();
    else act?.();
  }
});

const form = find<HTMLFormElement>(".answering");
if (form) keep(form);
if (help) help.hidden = false;
if (on) {
  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
if (matchMedia("(max-width: 47.99rem)").matches) for (const fold of document.querySelectorAll(".of-themes, .of-hands")) fold.removeAttribute("open");
find(".rows > .here")?.scrollIntoView({ block: "nearest" });
