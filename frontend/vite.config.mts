import { defineConfig } from "vite";

// Built files lie in the package and are committed: names without hashes of time, one bundle, and the map's
// worker as a file of its own (a worker inside the bundle is refused by the page's policy).
export default defineConfig({
  root: new URL("./workbench", import.meta.url).pathname,
  // Relative: the same files are served on one's own machine and below the office's pages.
  base: "./",
  build: {
    outDir: new URL("../src/blockplan/portal/workspace/built", import.meta.url).pathname,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
    modulePreload: false,
  },
});
