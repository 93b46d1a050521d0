import { defineConfig } from "vite";
import { alias, leaveOut, oxc } from "./vite.map.mts";

const from = (path: string): string => new URL(path, import.meta.url).pathname;

// The map of public pages. Names are plain: the address that serves them bears their digest.
export default defineConfig({
  root: from("./public"),
  base: "./",
  resolve: { alias },
  oxc,
  plugins: [leaveOut()],
  build: {
    outDir: from("../src/blockplan/portal/pages/built"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 100_000,
    sourcemap: false,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { map: from("./public/src/main.ts"), worker: from("./map/worker.ts") },
      output: { entryFileNames: "[name].js", chunkFileNames: "shared-[hash].js", assetFileNames: "[name][extname]" },
    },
  },
});
