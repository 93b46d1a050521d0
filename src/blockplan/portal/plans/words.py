"""Words folded for search, as places are searched too."""

from blockplan.notice.folding import folded

__all__ = ["folded"]
