"""Why something is not entered, in the language of whoever is told: sentences of ``refusals.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.texts import LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = Catalog("blockplan.notice", "refusals.toml")
refused = TEXTS.refused
#: What is said of a record: names of states and kinds, findings, the text beside it.
WORDS = Catalog("blockplan.notice", "texts.toml")


def state_word(state: str) -> Mapping[str, str]:
    """A state as a sentence names it: in English by its name in the record."""
    return _named("state", str(state))


def kind_word(kind: str) -> Mapping[str, str]:
    """A kind of entry as a sentence names it: in English by its name in the record."""
    return _named("kind", kind)


def _named(table: str, name: str) -> Mapping[str, str]:
    key = f"{table}.{name}"
    found = WORDS.text(key) if key in WORDS else dict.fromkeys(LANGUAGES, name)
    return found | {"en": name}
