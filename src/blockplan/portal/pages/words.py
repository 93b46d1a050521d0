"""
The words of the pages, from ``texts.toml`` and ``texts/*.toml`` of this folder: a file per subject.

``BLOCKPLAN_PSEUDO=1`` puts brackets around every one of them, so that a test sees words that are in no list.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from typing import Any

from blockplan.texts import Catalog

PACKAGE = "blockplan.portal.pages"
OPEN, SHUT = "⟦", "⟧"


@cache
def catalogs() -> dict[str, Catalog]:
    """Name of a file (its stem) -> its words."""
    folder = resources.files(PACKAGE).joinpath("texts")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): Catalog(PACKAGE, f"texts/{name}") for name in names}


def say(key: str, lang: str, /, **values: Any) -> str:
    """
    The words of a key, ``file.key``, in a language.

    Raises
    ------
    KeyError
        If there are none.
    """
    name, _, rest = key.partition(".")
    said = catalogs()[name](rest, lang, **values)
    return f"{OPEN}{said}{SHUT}" if pseudo() else said


def pseudo() -> bool:
    """Whether words are put in brackets."""
    return os.environ.get("BLOCKPLAN_PSEUDO") == "1"
