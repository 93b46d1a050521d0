"""Phases of a plan in the reader's words: near, medium and long term; any other as the plan names it."""

from __future__ import annotations

from blockplan.texts import Catalog, Phrases

CATALOG = Catalog("blockplan.report.public", "place.toml")
#: What plans call the three terms -> the end of its key.
TERMS = {
    "近期": "near", "近期建设": "near", "短期": "near", "near term": "near", "short term": "near",
    "中期": "middle", "中期建设": "middle", "medium term": "middle", "mid term": "middle",
    "远期": "far", "远期建设": "far", "遠期": "far", "長期": "far", "long term": "far",
}  # fmt: skip


def phase_name(phase: str, words: Phrases) -> str:
    """
    The name of a phase.

    Examples
    --------
    >>> from blockplan.report.words import Words
    >>> [phase_name(one, Words("en")) for one in ("近期", "2", "一期")]
    ['near term', '2', '一期']
    """
    key = term_key(phase)
    return words.pick(CATALOG.text(key)) if key else phase


def term_key(phase: str) -> str:
    """The key of the term in ``place.toml`` that a phase is; empty where it is none."""
    term = TERMS.get(phase.strip().lower().replace("-", " "))
    return f"place.when.phase_{term}" if term else ""
