"""Words folded for search, as places are searched too."""

from blockplan.notice.intake.folding import folded

__all__ = ["folded"]
