declare module "maplibre-gl/worker";
declare module "virtual:map-worker" {
  /** Where the map's worker lies. */
  const address: string;
  export default address;
}
