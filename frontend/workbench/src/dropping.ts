// What is dropped on the window, or chosen as files, is opened in the place of the plan.

import { h } from "../../map/dom";
import { zipped } from "./pack";
import { store } from "./store";
import { say } from "./words";

/** What is dropped on the window is opened in the place of the plan: files, and folders with all that they hold. */
export function takeDrops(app: Element): void {
  const veil = h("p", { class: "veil", hidden: true }, say("dropHere"));
  app.append(veil);
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", (event) => {
    // Words that are dropped on a field are the field's.
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    veil.hidden = true;
    // What lies on no disk (an attachment, a file of an archive) is a file without an entry.
    const dropped = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry() ?? one.getAsFile()).filter((one) => one !== null);
    void Promise.all(dropped.map((one) => (one instanceof File ? [[one.name, one] satisfies [string, File]] : within(one)))).then(
      (found) => store.drop(formOf(found.flat())),
      (error: unknown) => store.say(`${say("notOpened")}\n${error instanceof Error ? error.message : String(error)}`),
    );
  });
}

/** At the foot of the left side: files to choose, where somebody has nothing to drop them with. */
export function fileChoice(): HTMLElement {
  const chosen = ({ currentTarget }: Event): void => {
    const files = [...((currentTarget as HTMLInputElement).files ?? [])];
    if (files.length) void store.drop(formOf(files.map((one) => [one.name, one])));
  };
  return h("label", { class: "open-files" }, say("openFiles"), h("small", { "aria-hidden": "true" }, "GPKG · SHP · DXF"), h("input", { type: "file", multiple: true, class: "aloud", id: "open-files", onchange: chosen }));
}

async function within(entry: FileSystemEntry): Promise<[string, File][]> {
  const name = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    return [[name, await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: [string, File][] = [];
  // A reader gives a hundred entries at most, and none when it has given all.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

/** More files than this go as one zip. */
const FEW = 10;

/** What is sent to be opened; where nothing was found, an empty form, and the service says that no file came. */
async function formOf(files: [string, File][]): Promise<FormData> {
  const form = new FormData();
  const sent: [string, Blob][] = files.length > FEW ? [[`${nameOf(files)}.zip`, await zipped(files)]] : files;
  for (const [name, file] of sent) {
    form.append("name", name);
    form.append("file", file, name.split("/").at(-1));
  }
  return form;
}

/** The folder that the files lie in; else what their names begin with, or the first and how many there are more, as the service names few files. */
function nameOf(files: [string, File][]): string {
  const [folder, ...others] = new Set(files.map(([name]) => (name.includes("/") ? name.split("/")[0]! : "")));
  if (folder && !others.length) return folder;
  const stems = [...new Set(files.map(([name]) => name.split("/").at(-1)!.replace(/\.[^.]*$/, "")))].sort();
  const [first, last] = [stems[0]!, stems.at(-1)!];
  const differ = [...first].findIndex((one, at) => one !== last[at]);
  const alike = (differ < 0 ? first : first.slice(0, differ)).replace(/^[ ._-]+|[ ._-]+$/g, "");
  return alike.length > 1 ? alike : `${first}+${stems.length - 1}`;
}
