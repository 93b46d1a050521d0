// What each key does, and the list of keys that `?` shows.

import { fill, h } from "../../map/dom";
import { store } from "./store";
import { MEASURE, TOOLS } from "./toolbox";
import type { Tools } from "./tools";
import { say, type Word } from "./words";

/** A key, the word for what it does, and the act; a key of a tool stands with the tools. */
export interface Act {
  key: string;
  word: Word;
  act: () => void;
}

/** What letters are typed into. */
const FIELDS = "input:not([type=checkbox]), select, textarea";

/** Keys act from the start; those of tools once there is a map to use them on. */
export function listen(at: () => Tools | null, acts: Act[]): void {
  const help = h("dialog", { class: "keys", "aria-labelledby": "keys-title" });
  document.body.append(help);
  const all = [...acts, { key: "?", word: "keys" as Word, act: () => showKeys(help, acts) }];
  document.addEventListener("keydown", (event) => {
    const tools = at();
    const inField = (event.target as Element).matches?.(FIELDS) ?? false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !inField) {
      event.preventDefault();
      void (event.shiftKey ? store.redo() : store.undo());
      return;
    }
    if (event.key === "Escape") {
      const menu = (event.target as Element).closest<HTMLDetailsElement>("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
        return;
      }
      tools?.cancel();
      if (inField) leave(event.target as HTMLElement);
    }
    if (inField || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = [...TOOLS, MEASURE].find((one) => one.key === event.key.toLowerCase());
    const found = all.find((one) => one.key === event.key.toLowerCase());
    if (tool) tools?.take(tool.tool);
    else if (event.key === "Enter" && !(event.target as Element).matches?.("button, a, summary")) void tools?.finish();
    else if (found) {
      event.preventDefault();
      found.act();
    }
  });
}

/** Leaves a field, and what was typed there and not handed over. */
function leave(field: HTMLElement): void {
  if (field instanceof HTMLInputElement) field.value = field.defaultValue;
  field.blur();
}

function showKeys(help: HTMLDialogElement, acts: Act[]): void {
  const line = (key: string, said: string): HTMLElement => h("li", {}, h("kbd", {}, key), said);
  fill(
    help,
    h("h2", { id: "keys-title" }, say("keys")),
    h(
      "ul",
      {},
      ...[...TOOLS, MEASURE].map(({ key, word }) => line(key.toUpperCase(), say(word))),
      line("Ctrl Z", say("undo")),
      line("Ctrl Shift Z", say("redo")),
      line("Enter", say("finish")),
      line("Esc", say("cancel")),
      line("Space", say("spaceKey")),
      line(say("arrows"), say("arrowKeys")),
      ...acts.map(({ key, word }) => line(key.toUpperCase(), say(word))),
      line("?", say("keys")),
    ),
    h("button", { onclick: () => help.close() }, say("close")),
  );
  help.showModal();
}
