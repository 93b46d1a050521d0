"""Places of a text, and what a figure is bound to, in the words of the reader."""

from __future__ import annotations

import re

from blockplan.deliver.text.reported import NOTE
from blockplan.measure import MEASURES
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.volume import TEXTS as VOLUME
from blockplan.report.words import Words
from blockplan.texts import Catalog, pick

TEXTS = Catalog("blockplan.deliver.text", "texts.toml")
_STEP = re.compile(r"([a-z ]+) (\d+)")


def place_said(place: str, lang: str) -> str:
    """
    Where something stands in a text, in words.

    Examples
    --------
    >>> place_said("table 1, row 2, column 3", "zh")
    '第 1 个表格，第 2 行，第 3 列'
    """
    steps = [_STEP.fullmatch(step) for step in place.split(", ")]
    said = [TEXTS(f"place.{one[1].replace(' ', '_')}", lang, n=one[2]) for one in steps if one]
    return TEXTS("comment.steps", lang).join(said)


def source_said(bound_to: str, lang: str) -> str:
    """
    What a figure is bound to, in words: an object's column, a line of a table, a measure, the report.

    Examples
    --------
    >>> source_said("object:K-A-01/far", "zh"), source_said("table:land_balance/1401/planned_ha", "en")
    ('K-A-01 的容积率', 'planned area of Park green space')
    """
    of, end = bound_to.removesuffix("/least").removesuffix("/most"), bound_to.rpartition("/")[2]
    return TEXTS(f"source.{end}", lang, of=_source(of, lang)) if of != bound_to else _source(of, lang)


def _source(bound_to: str, lang: str) -> str:
    kind, _, rest = bound_to.partition(":")
    if kind == "report":
        section, *inside = rest.split("/")
        steps = [TEXTS("source.note", lang) if one == NOTE else one for one in inside]
        return TEXTS("comment.steps", lang).join([VOLUME(f"section.{section}", lang), *steps])
    if kind == "measure":
        id_, _, part = rest.partition("/")
        title = pick(MEASURES[id_].title, lang)
        return TEXTS("source.of", lang, of=part.partition(":")[2], column=title) if part else title
    of, _, column = rest.rpartition("/")
    # An object's own id may hold a "/" as well.
    if not of or (kind == "object" and not _is_column(column)):
        return TEXTS(f"source.{rest}", lang) if f"source.{rest}" in TEXTS else rest
    table, _, line = of.partition("/") if kind == "table" else (kind, "", of)
    if table == "facilities":
        category = f"per_thousand.{line}"
        line = OFFICE(category, lang) if category in OFFICE else Words(lang).or_else(f"service.{line}", line)
        column = column.removeprefix("each_")
    elif table in {"land_balance", "parcels"} or line.startswith("parcels/"):
        line = _class(line.removeprefix("parcels/"), lang)
    elif table == "per_thousand":
        line = OFFICE(f"per_thousand.{line}", lang)
    elif table == "phases":
        line = f"{_head('phase', lang)} {line}"
    elif table == "loads":
        line = TEXTS("source.parcels", lang)
    elif table == "layer" or line == "total":
        line = TEXTS(f"source.{line}", lang)
    return TEXTS("source.of", lang, of=line, column=_head(column, lang))


def _is_column(word: str) -> bool:
    return f"column.{word}" in TEXTS or f"heading.{word}" in OFFICE


def _head(column: str, lang: str) -> str:
    """What a column of the layers or of the office's tables is called, without its unit; else itself."""
    if f"column.{column}" in TEXTS:
        return TEXTS(f"column.{column}", lang)
    return re.split(r" ?[(（]", OFFICE(f"heading.{column}", lang))[0] if _is_column(column) else column


def _class(code: str, lang: str) -> str:
    """A class of land by its code; all parcels but those of classes: -07-1207."""
    if code.startswith("-"):
        left_out = (_class(one, lang) for one in code[1:].split("-"))
        return TEXTS("source.without", lang, of=TEXTS("source.and", lang).join(left_out))
    of = next((name for name in (DEFAULT_LIST, *LISTS) if landuse(name).known(code)), None)
    return code if of is None else landuse(of).label(code, lang).removeprefix(f"{code} ")
