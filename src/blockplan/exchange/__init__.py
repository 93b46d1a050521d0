"""
Other people's formats in and out.

`import_layers` turns somebody's own layers into a plan, as a mapping file says; `import_osm`
makes one of an OpenStreetMap extract.
"""

from blockplan.exchange.layers import import_layers
from blockplan.exchange.osm import import_osm
from blockplan.exchange.summary import ImportSummary, Unmapped

__all__ = ["ImportSummary", "Unmapped", "import_layers", "import_osm"]
