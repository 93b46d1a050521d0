"""Why a delivery is refused, in the language of whoever is told: sentences of ``refusals.toml``."""

from blockplan.texts import Catalog

refused = Catalog("blockplan.deliver", "refusals.toml").refused
