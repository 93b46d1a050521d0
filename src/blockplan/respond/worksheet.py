"""
The desk as a table: many decisions at once, made in a spreadsheet.

`worksheet` writes a row for each open segment; people fill in theme, kind and reason; `apply` enters what
differs from what stands. A row without a segment answers a whole theme. Either all rows are entered or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.respond.answers import KINDS, answer_from
from blockplan.respond.importing import rows_of
from blockplan.respond.refusals import refused
from blockplan.respond.tables import as_csv
from blockplan.texts import listed, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.respond.desk import Desk
    from blockplan.respond.sorting import Sorting

COLUMNS = ("number", "segment", "opinion", "theme", "kind", "reason", "text", "entry")
NEEDED = ("segment", "theme", "kind", "reason")


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of a worksheet; empty cells are empty strings."""

    row: int
    segment: str
    theme: str
    kind: str
    reason: str
    #: Number of the entry with the answer that the table was made with; empty where there was none.
    entry: str = ""


def worksheet(sorting: Sorting, lang: str = "en") -> bytes:
    """
    The open segments as CSV (`COLUMNS`): own answers only, so that a theme's answer is not repeated.

    ``entry`` names the answer that stands, so that one given meanwhile is not overwritten unseen.
    """
    rows: list[list[Any]] = []
    numbers = sorting.opinions.numbers
    for theme in sorting.themes.values():
        answer = theme.answer
        rows.append(["", "", "", pick(theme.title, lang), *_said(answer, lang), "", _entry(answer)])
    for segment in sorting.open_segments():
        placed = sorting.theme_of(segment.id)
        title = pick(placed.title, lang) if placed else ""
        own = sorting.own_answer(segment.id)
        said = _said(own, lang)
        name = [numbers[segment.opinion], segment.id, segment.opinion]
        rows.append([*name, title, *said, sorting.text_of(segment), _entry(own)])
    return as_csv(COLUMNS, rows)


def _said(answer: Any, lang: str) -> list[str]:
    return [answer.kind, pick(answer.reason, lang)] if answer else ["", ""]


def _entry(answer: Any) -> str:
    return str(answer.entry) if answer else ""


def read_decisions(path: str | Path) -> list[Decision]:
    """
    The rows of a worksheet (CSV or XLSX).

    Raises
    ------
    UsageError
        If a column of `NEEDED` is missing, or a kind of answer is unknown; the message names the row.
    """
    path = Path(path)
    rows = [[_cell(cell) for cell in row] for row in rows_of(path)]
    header = rows[0] if rows else []
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise refused(UsageError, "sheet_columns", path=path, missing=listed(missing))
    at = {name: header.index(name) for name in (*NEEDED, "entry") if name in header}
    found = [
        Decision(number, **{name: row[column] if column < len(row) else "" for name, column in at.items()})
        for number, row in enumerate(rows[1:], 2)
        if any(row)
    ]
    for one in found:
        if one.kind and one.kind not in KINDS:
            raise refused(
                UsageError, "sheet_kind", path=path, row=one.row, kind=one.kind, known=listed(KINDS)
            )
        if bool(one.kind) != bool(one.reason):
            raise refused(UsageError, "sheet_half", path=path, row=one.row)
    return found


def _cell(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    return text.removeprefix("'")  # the mark that kept a spreadsheet from reading a formula


def apply(
    desk: Desk,
    decisions: Sequence[Decision],
    *,
    by: str,
    lang: str = "en",
    check: Callable[[Decision], None] = lambda _: None,
) -> dict[str, int]:
    """
    Enter what the rows decide and does not stand yet; inside a transaction it is all or nothing.

    Parameters
    ----------
    check
        Called before a row's answer is entered; what it raises refuses the table.

    Returns
    -------
    dict
        How many themes were named, segments sorted, themes and segments answered.
    """
    titles = {pick(theme.title, lang): theme.id for theme in desk.themes.values()}
    done = {"themes": 0, "sorted": 0, "theme_answers": 0, "own_answers": 0, "": 0}
    for title in dict.fromkeys(one.theme for one in decisions if one.theme):
        if title not in titles:
            titles[title] = desk.name_theme({lang: title}, by=by)
            done["themes"] += 1
    places = {one.segment: titles[one.theme] for one in decisions if one.segment and one.theme}
    places = {name: theme for name, theme in places.items() if _theme(desk, name) != theme}
    desk.assign_all(dict(places), by=by)
    done["sorted"] = len(places)
    for one in decisions:
        if one.kind:
            done[_answer(desk, one, titles, by, lang, check)] += 1
    done.pop("", None)
    return done


def _theme(desk: Desk, segment: str) -> str | None:
    theme = desk.theme_of(desk.segment(segment).id)
    return theme.id if theme else None


def _answer(
    desk: Desk,
    one: Decision,
    titles: dict[str, str],
    by: str,
    lang: str,
    check: Callable[[Decision], None],
) -> str:
    """Enter the answer of a row where it does not stand; gives back what it was for ('' where it stands)."""
    if not one.segment and not one.theme:
        raise refused(UsageError, "sheet_of_nothing", row=one.row)
    standing = desk.own_answer(one.segment) if one.segment else desk.themes[titles[one.theme]].answer
    if standing and (standing.kind, pick(standing.reason, lang)) == (one.kind, one.reason):
        return ""
    if _entry(standing) != one.entry:
        raise _overtaken(one, standing, lang)
    check(one)
    answer = answer_from({"kind": one.kind, "reason": {lang: one.reason}})
    if one.segment:
        desk.answer_segment(one.segment, answer, by=by)
        return "own_answers"
    desk.answer_theme(titles[one.theme], answer, by=by)
    return "theme_answers"


def _overtaken(one: Decision, standing: Any, lang: str) -> UsageError:
    """A row would put its answer in the place of one that the table did not show: both are told."""
    kind, reason = _said(standing, lang)
    return refused(
        UsageError, "sheet_overtaken", row=one.row, mine=f"{one.kind}: {one.reason}",
        stands=f"{kind}: {reason} ({standing.by})" if standing else "–",
    )  # fmt: skip
