import { defineConfig } from "vite";

const from = (path: string): string => new URL(path, import.meta.url).pathname;
const maplibre = from("./node_modules/maplibre-gl/src");

// The map of public pages: page and worker share one file of what both need, so that nothing is loaded twice; that
// is why MapLibre is built from its sources here. Names are plain: the address that serves them bears their digest.
export default defineConfig({
  root: from("./public"),
  base: "./",
  resolve: {
    alias: [
      { find: "maplibre-gl/worker", replacement: `${maplibre}/source/worker.ts` },
      { find: /^maplibre-gl$/, replacement: `${maplibre}/index.ts` },
    ],
  },
  // MapLibre declares fields that the class above it has set; they must not be set anew.
  oxc: { assumptions: { setPublicClassFields: true }, typescript: { removeClassFieldsWithoutInitializer: true } },
  build: {
    outDir: from("../src/blockplan/portal/pages/built"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 100_000,
    sourcemap: false,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { map: from("./public/src/main.ts"), worker: from("./public/src/worker.ts") },
      output: { entryFileNames: "[name].js", chunkFileNames: "shared-[hash].js", assetFileNames: "[name][extname]" },
    },
  },
});
