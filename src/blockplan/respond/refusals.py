"""Why something at the desk is refused, in the reader's language: sentences of ``refusals.toml``."""

from blockplan.texts import Catalog

TEXTS = Catalog("blockplan.respond", "refusals.toml")
refused = TEXTS.refused
