// Elements without a framework: `h("button", { onclick }, "Undo")`.

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, unknown>;

/** A space between a number and its unit of length or land. */
const BEFORE_UNIT = /(?<=\d) (?=(?:km²|m²|km|m|ha)(?![A-Za-z0-9])|平方|公[里顷]|米)/g;

/** What is left of children, as nodes and words: no number ends a line that its unit does not stand on. */
const given = (children: Child[]): (Node | string)[] =>
  children
    .filter((one): one is Node | string | number => one !== null && one !== undefined && one !== false)
    .map((one) => (one instanceof Node ? one : String(one).replace(BEFORE_UNIT, "\u00a0")));

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "class") element.className = String(value);
    else if (name === "value") element instanceof HTMLInputElement ? (element.defaultValue = String(value)) : ((element as unknown as HTMLInputElement).value = String(value));
    else if (name === "style") element.style.cssText = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  // What is copied from a field is what was written.
  if (tag === "textarea") element.textContent = children.join("");
  else element.append(...given(children));
  return element;
}

/** Puts children into an element in place of what it held; who types in a field there goes on typing in it. */
export function fill(parent: Element, ...children: Child[]): void {
  const held = typing(parent);
  parent.replaceChildren(...given(children));
  if (held) goOn(held);
}

/** Puts children into an element where they differ from what it holds: else that stays, for whoever points at it or has it read. */
export function refill(parent: Element, ...children: Child[]): void {
  const anew = parent.cloneNode(false) as Element;
  anew.append(...given(children));
  if (!anew.isEqualNode(parent)) parent.replaceChildren(...anew.childNodes);
}

interface Typing {
  id: string;
  /** What was typed and not yet handed over; undefined where the field shows what it was drawn with. */
  typed: string | undefined;
  range: [number, number] | null;
}

function typing(parent: Element): Typing | null {
  const field = document.activeElement;
  if (!field?.id || !parent.contains(field)) return null;
  if (!(field instanceof HTMLInputElement) || field.type === "checkbox") return { id: field.id, typed: undefined, range: null };
  const range = field.selectionStart === null ? null : ([field.selectionStart, field.selectionEnd ?? field.selectionStart] as [number, number]);
  const typed = field.value === field.defaultValue ? undefined : field.value;
  // A field that goes with unfinished words in it would hand them over.
  field.value = field.defaultValue;
  return { id: field.id, typed, range };
}

function goOn({ id, typed, range }: Typing): void {
  const field = document.getElementById(id);
  if (!field || field === document.activeElement) return;
  field.focus({ preventScroll: true });
  if (!(field instanceof HTMLInputElement)) return;
  if (typed !== undefined) {
    field.value = typed;
    // To the browser the words were always there, so it would not say that they changed.
    field.addEventListener("blur", () => field.value === typed && field.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
  }
  if (range) field.setSelectionRange(...range);
}
