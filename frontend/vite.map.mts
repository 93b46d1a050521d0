import { readFileSync, realpathSync } from "node:fs";
import type { Plugin } from "vite";

const from = (path: string): string => new URL(path, import.meta.url).pathname;
const maplibre = realpathSync(from("./node_modules/maplibre-gl/src"));

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

/** What of MapLibre a flat map of a plan never asks for; a map in 3D asks for more. */
const LEFT_OUT = [
  "source/vector_tile_mlt", "source/video_source", "source/image_source", "source/canvas_source",
  "source/raster_dem_tile_source", "source/raster_dem_tile_worker_source", "data/dem_data", "data/bucket/fill_extrusion_bucket",
  "geo/projection/globe_projection", "geo/projection/globe_transform", "geo/projection/globe_camera_helper",
  "geo/projection/vertical_perspective_projection", "geo/projection/vertical_perspective_transform",
  "geo/projection/vertical_perspective_camera_helper", "render/terrain", "webgl/render_to_texture", "tile/terrain_tile_manager",
  "webgl/draw/draw_heatmap", "webgl/draw/draw_hillshade", "webgl/draw/draw_color_relief", "webgl/draw/draw_fill_extrusion",
  "ui/control/attribution_control", "ui/control/logo_control",
];

const SHADERS = /\/glsl\/(heatmap|hillshade|color_relief|fill_extrusion|terrain|_projection_globe)/;

/** Modules of MapLibre that are left out; what is exported of them can be named, and fails when it is used. */
export function leaveOut(): Plugin {
  const left = new Set(LEFT_OUT.map((one) => `${maplibre}/${one}.ts`));
  return {
    name: "leave-out",
    enforce: "pre",
    load(id) {
      if (SHADERS.test(id)) return 'export default "";';
      if (!left.has(id)) return null;
      const names = [...readFileSync(id, "utf8").matchAll(/^export (?:class|function|const) (\w+)/gm)].map((one) => one[1]);
      return names.map((name) => `export class ${name} { constructor() { throw new Error("left out: ${name}"); } }`).join("\n");
    },
  };
}
