"""Words of layouts, from ``texts.toml``: names of types, and demands that cannot be met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.figures import number
from blockplan.propose.layout.problem.uses import uses
from blockplan.propose.unmet import Unmet
from blockplan.texts import LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOG = Catalog("blockplan.propose.layout.problem", "texts.toml")


def type_name(name: str) -> Mapping[str, str]:
    """A type in every language; its own word where it has no name."""
    if f"type.{name}" in CATALOG:
        return CATALOG.text(f"type.{name}")
    use = uses().get(name)
    return use.name if use else dict.fromkeys(LANGUAGES, name)


def short_of(key: str, amount: float, unit: str, kind: str = "", **values: Any) -> Unmet:
    """
    A demand that stays unmet, in every language.

    Parameters
    ----------
    key
        Under ``demand`` in the catalog.
    kind
        Type of parcel that it is of, "" where it is of none.

    Examples
    --------
    >>> found = short_of("no_room", 2, "parcels", "school")
    >>> found.demand, found.said("zh")
    ('school: no vacant block has room', '学校：没有空地容得下')
    """
    names = type_name(kind) if kind else dict.fromkeys(LANGUAGES, "")
    words = {lang: CATALOG(f"demand.{key}", lang, type=names[lang], **values) for lang in LANGUAGES}
    # Programs read the demand in English by the type's own word.
    demand = CATALOG(f"demand.{key}", "en", type=kind, **values)
    return Unmet(demand, float(amount), unit, words)


def cannot(one: Unmet, lang: str) -> str:
    """A demand that cannot be met as a line, with its amount."""
    unit = CATALOG(f"unit.{one.unit}", lang) if f"unit.{one.unit}" in CATALOG else one.unit
    amount = "?" if one.amount is None else number(one.amount)
    return CATALOG("said.cannot", lang, demand=one.said(lang), amount=amount, unit=unit)
