/** The few names of Node that the command uses; the rest of the verifier runs in any browser. */

declare module "node:fs/promises" {
  interface Entry {
    name: string;
    parentPath: string;
    isFile(): boolean;
    isDirectory(): boolean;
  }
  export function readdir(path: string, options: { withFileTypes: true }): Promise<Entry[]>;
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

declare const process: {
  argv: string[];
  exitCode: number;
  stdout: { write(text: string): void };
  stderr: { write(text: string): void };
};
