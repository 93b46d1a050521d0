"""Kinds of filing, grounds and gains in the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.report.words import Words
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.deliver.amendment.gains import QuantityChange
    from blockplan.deliver.amendment.kinds import FilingGround

TEXTS = Catalog("blockplan.deliver.amendment", "texts.toml")


def kind_said(kind: int | None, lang: str) -> str:
    """A kind of filing with its number and name."""
    return (
        TEXTS("same", lang)
        if kind is None
        else TEXTS("kind", lang, n=kind, name=TEXTS(f"kinds.{kind}", lang))
    )


def ground_said(one: FilingGround, lang: str) -> str:
    """A ground: why, which feature, from what to what."""
    key = f"lapsed.{one.why}" if one.now is None and f"lapsed.{one.why}" in TEXTS else f"ground.{one.why}"
    why = TEXTS(key, lang) if key in TEXTS else one.why
    change = "" if one.was is None and one.now is None else f" {_value(one.was)} → {_value(one.now)}"
    return f"{one.layer} {one.id}: {why}{change}"


def gain_said(one: QuantityChange, lang: str) -> tuple[str, str]:
    """What is gained or lost, and of which service of facilities ("" where it is of none)."""
    what, _, service = one.what.partition(":")
    return TEXTS(f"gain.{what}", lang), Words(lang).or_else(f"service.{service}", service) if service else ""


def _value(value: object) -> str:
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
