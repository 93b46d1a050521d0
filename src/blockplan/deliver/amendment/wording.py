"""What an amendment is, in the language of the reader: kinds of filing, grounds, gains, conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.deliver.amendment.gains import CREATED
from blockplan.figures import MOST_DECIMALS, fixed, number
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.words import Words
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.deliver.amendment.gains import QuantityChange
    from blockplan.deliver.amendment.kinds import FilingGround
    from blockplan.deliver.amendment.merging import Conflict
    from blockplan.plan.model.codes import LandUseList

TEXTS = Catalog("blockplan.deliver.amendment", "texts.toml")
#: Columns that are shares of 1.
SHARES = ("coverage_ratio", "green_ratio")


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
    said = [
        _use_said(side, lang) if one.why == "land_use" else _value(side, lang, share=one.why in SHARES)
        for side in (one.was, one.now)
    ]
    change = "" if one.was is None and one.now is None else f" {' → '.join(said)}"
    words = Words(lang)
    if one.columns:
        why = words("list.note", said=why, note=words.join([words.field(column) for column in one.columns]))
    return f"{Words(lang).layer(one.layer)} {one.id}{words('list.colon')}{why}{change}"


def gain_said(one: QuantityChange, lang: str) -> tuple[str, str]:
    """What is gained or lost, and of which service of facilities ("" where it is of none)."""
    what, _, service = one.what.partition(":")
    return TEXTS(f"gain.{what}", lang), Words(lang).or_else(f"service.{service}", service) if service else ""


def feature_said(one: QuantityChange, lang: str) -> str:
    """The feature that gains or loses: ``parcel 02-03-01``."""
    return f"{Words(lang).layer(one.layer)} {one.id}"


def account_said(account: str, lang: str) -> str:
    """An account of the ledger: a feature's id, or what the amendment creates as a whole."""
    return TEXTS("created", lang) if account == CREATED else account


def conflict_said(one: Conflict, lang: str) -> str:
    """A conflict of two amendments: which value of which feature, what it was, and what each makes of it."""
    sides = {
        side: _value(getattr(one, side), lang, share=one.column in SHARES)
        for side in ("base", "ours", "theirs")
    }
    said = {"layer": Words(lang).layer(one.layer), "id": one.id, "column": Words(lang).field(one.column)}
    return TEXTS("conflict", lang, **said, **sides)


def _use_said(code: Any, lang: str) -> str:
    of = list_of(str(code))
    return of.label(code, lang) if code and of.known(code) else _value(code, lang)


def _value(value: Any, lang: str, *, share: bool = False) -> str:
    if value is None:
        return "—"
    if isinstance(value, dict):  # a shape
        if "x" in value:
            return f"({fixed(value['x'], 2)}, {fixed(value['y'], 2)})"
        return f"{fixed(value['area_m2'] or value['length_m'], 0)} {'m²' if value['area_m2'] else 'm'}"
    if isinstance(value, float):
        return f"{number(value * 100, 4)}%" if share else number(value, MOST_DECIMALS)
    return TEXTS(f"side.{value}", lang) if f"side.{value}" in TEXTS else str(value)


def list_of(code: str) -> LandUseList:
    """The list that a code is of; the layers of an amendment do not name it."""
    return next(filter(lambda one: one.known(code), map(landuse, LISTS)), landuse(DEFAULT_LIST))
