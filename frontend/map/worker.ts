// The map's worker: read as a file of its own, since one inside the bundle is refused by the page's policy.
import "maplibre-gl/worker";
