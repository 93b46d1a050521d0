"""Words folded for search: full and half width, case and blanks make no difference."""

from __future__ import annotations

import unicodedata


def folded(*texts: str) -> str:
    """
    Texts as search compares them; what is shown stays as it was written.

    Examples
    --------
    >>> folded("Ｃ－０１２", "North  Park")
    'c-012 north park'
    """
    joined = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    return " ".join(joined.split())
