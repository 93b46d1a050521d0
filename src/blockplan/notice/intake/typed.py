"""Numbers and secrets as people type them from paper: in groups, in full-width signs, with other hyphens."""

from __future__ import annotations

import unicodedata

#: Signs that keyboards give for a hyphen, the long vowel mark of Japanese ones among them.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff70"), "-")


def typed(said: str) -> str:
    """
    What was printed, of what somebody typed: without spaces and invisible signs, in plain signs.

    Examples
    --------
    >>> typed(" ＡＢＣ１ ２３－＿ xyz ")
    'ABC123-_xyz'
    """
    plain = unicodedata.normalize("NFKC", said).translate(_HYPHENS)
    return "".join(sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf")
