"""
The words of the pages, from ``texts/*.toml`` of each app: a file per subject, no name twice.

``BLOCKPLAN_PSEUDO=1`` puts brackets around every one of them, so that a test sees words that are in no list.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from typing import Any

from blockplan.texts import Catalog

#: Apps whose folder ``texts`` holds words.
APPS = ("record", "pages", "submissions", "mail", "office", "api")
OPEN, SHUT = "⟦", "⟧"


@cache
def catalogs() -> dict[str, Catalog]:
    """Name of a file (its stem) -> its words."""
    found: dict[str, Catalog] = {}
    for app in APPS:
        folder = resources.files("blockplan.portal").joinpath(app).joinpath("texts")
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        for name in names:
            stem = name.removesuffix(".toml")
            if stem in found:
                raise ValueError(f"Two apps have words called {stem}; call one of the files otherwise.")
            found[stem] = Catalog(f"blockplan.portal.{app}", f"texts/{name}")
    return found


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
