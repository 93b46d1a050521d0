import { defineConfig } from "vite";
import { alias, mapWorker, oxc } from "./vite.map.mts";

// Built files lie in the package and are committed: names without hashes of time; words come first, and what draws the
// map when they stand.
export default defineConfig({
  root: new URL("./workbench", import.meta.url).pathname,
  // Relative: the same files are served on one's own machine and below the office's pages.
  base: "./",
  plugins: [mapWorker()],
  resolve: { alias },
  oxc,
  build: {
    outDir: new URL("../src/blockplan/portal/workspace/built", import.meta.url).pathname,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
  },
});
