"""Words about differences, from ``comparison.toml``, and what a verdict turns into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.texts import Catalog, pick

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.report.words import Words

CATALOG = Catalog("blockplan.report.comparison", "texts.toml")


class Says:
    """Words about differences in the language of `words`."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words under a dotted key, filled with `values`."""
        return CATALOG(key, self.words.lang, **values)

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one."""
        texts, shown = CATALOG.text(key), self.words.number(n)
        one = texts.get("en_one") if self.words.lang == "en" and shown == "1" else None
        return (one or pick(texts, self.words.lang)).format(n=shown, **values)


def flip(was: Verdict | None, now: Verdict | None) -> str:
    """``worse`` (pass to fail), ``better`` (fail to pass), ``other`` for any other difference, else ""."""
    old, new = was.outcome if was else None, now.outcome if now else None
    if old == new:
        return ""
    return {("pass", "fail"): "worse", ("fail", "pass"): "better"}.get((str(old), str(new)), "other")
