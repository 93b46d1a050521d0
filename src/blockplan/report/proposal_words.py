"""Words about proposals, from ``proposal.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.report.words import is_known
from blockplan.texts import Catalog, pick

if TYPE_CHECKING:
    from blockplan.report.words import Words

CATALOG = Catalog("blockplan.report", "proposal.toml")


class Said:
    """Words about proposals in the language of `words`."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words under a dotted key, filled with `values`."""
        return CATALOG(key, self.words.lang, **values)

    def or_else(self, key: str, fallback: str) -> str:
        """The words under a key, or `fallback` where there are none."""
        return self(key) if key in CATALOG else fallback

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one."""
        texts, shown = CATALOG.text(key), self.words.number(n)
        one = texts.get("en_one") if self.words.lang == "en" and shown == "1" else None
        return (one or pick(texts, self.words.lang)).format(n=shown, **values)

    def amount(self, value: float | None, unit: str) -> str:
        """An objective, a bound or a demand with its unit; "not known" where it is not."""
        if is_known(value) and f"unit.{unit}" in CATALOG:
            return self.count(f"unit.{unit}", value)
        return self.words.amount(value, unit)
