"""Kinds of filing, grounds and gains in the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.texts import Catalog

if TYPE_CHECKING:
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
    why = TEXTS(f"ground.{one.why}", lang) if f"ground.{one.why}" in TEXTS else one.why
    change = "" if one.was is None and one.now is None else f" {_value(one.was)} → {_value(one.now)}"
    return f"{one.layer} {one.id}: {why}{change}"


def _value(value: object) -> str:
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
