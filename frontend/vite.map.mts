import type { Plugin } from "vite";

const from = (path: string): string => new URL(path, import.meta.url).pathname;
const maplibre = from("./node_modules/maplibre-gl/src");

/** Page and worker share one file of what both need, so that nothing is loaded twice: MapLibre is built from its sources. */
export const alias = [
  { find: "maplibre-gl/worker", replacement: `${maplibre}/source/worker.ts` },
  { find: /^maplibre-gl$/, replacement: `${maplibre}/index.ts` },
];

/** MapLibre declares fields that the class above it has set; they must not be set anew. */
export const oxc = { assumptions: { setPublicClassFields: true }, typescript: { removeClassFieldsWithoutInitializer: true } };

/** The map's worker as a file of its own, its address under `virtual:map-worker`: inside a bundle the page's policy refuses it. */
export function mapWorker(): Plugin {
  const name = "virtual:map-worker";
  return {
    name: "map-worker",
    resolveId: (asked) => (asked === name ? `\0${name}` : null),
    load(asked) {
      if (asked !== `\0${name}`) return null;
      const worker = this.emitFile({ type: "chunk", id: from("./map/worker.ts"), name: "worker" });
      return `export default import.meta.ROLLUP_FILE_URL_${worker};`;
    },
  };
}
