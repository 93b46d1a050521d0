"""Words about proposals, from ``texts.toml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.report.words import Words

CATALOG = Catalog("blockplan.report.proposal", "texts.toml")
#: Units of the figures that ``[figure]`` names; "1" is a share.
FIGURE_UNITS = {
    "share_within": "1", "worst_group_share": "1", "mean_m": "m", "longest_m": "m", "land_m2": "m2",
    "floor_area_m2": "m2",
}  # fmt: skip


def figure_name(name: str) -> tuple[str, str]:
    """
    A figure's name without, and whether it is of the plan ``before`` or ``after``.

    Examples
    --------
    >>> figure_name("mean_m_before"), figure_name("land_m2")
    (('mean_m', 'before'), ('land_m2', 'after'))
    """
    stem, _, when = name.rpartition("_")
    return (stem, when) if when in {"before", "after"} else (name, "after")


def figure_said(words: Words, stem: str, value: float | None) -> tuple[str, str]:
    """A figure by the words of ``[figure]``: its name (with metres, if any) and its value."""
    if stem.startswith(("near_", "made_")):
        return _of_use(words, stem, value)
    metres = re.search(r"_(\d+(?:\.\d+)?)m$", stem)
    key = stem[: metres.start()] if metres else stem
    if f"figure.{key}" not in CATALOG:
        return stem, words.number(value)
    label = words(f"figure.{key}", metres=metres.group(1) if metres else "")
    return label, words.amount(value, FIGURE_UNITS.get(key, ""))


def _of_use(words: Words, stem: str, value: float | None) -> tuple[str, str]:
    """A figure of a layout: who is near a use, or how many parcels of it are made."""
    from blockplan.propose.layout.problem.uses import uses  # noqa: PLC0415 (only layouts need it)

    found = re.fullmatch(r"(near|made)_(.+?)(?:_(\d+(?:\.\d+)?)m)?", stem)
    kind, name, metres = found.groups() if found else ("made", stem, None)
    use = uses().get(name)
    named = words.pick(use.name) if use else words.or_else(f"figure.{name}", name)
    label = words(f"figure.{kind}", use=named, metres=metres or "")
    return label, words.share(value) if kind == "near" else words.number(value)
