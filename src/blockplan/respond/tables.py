"""
The consultation report for programs and spreadsheets: JSON, and tables as CSV.

Words of opinions can do nothing there: marks that turn the direction of writing are spelled out, and a cell
that a spreadsheet would take for a formula is marked as text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blockplan.notice.intake.texts_in import TURNING
from blockplan.texts import Catalog, csv_bytes, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


TEXTS = Catalog("blockplan.respond", "response.toml")
#: Name of the file that holds the document itself.
DOCUMENT = "response.json"


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document itself, the same bytes in every language."""
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")


def title_of(document: Mapping[str, Any], lang: str) -> str:
    """The plan's title in a language, or its id."""
    plan = document["notice"]["plan"] or {}
    return pick(plan.get("title"), lang) or str(plan.get("id") or "")


def shown(text: str | None) -> str:
    r"""
    A text that shows what it holds: marks that turn the direction of writing are spelled out.

    Examples
    --------
    >>> shown("no\u202emore")
    'no[U+202E]more'
    """
    return TURNING.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text or "")


OPINIONS = (
    "number", "opinion", "entered_at", "received_at", "channel", "from", "late", "standing", "ground",
    "title", "text", "themes", "answers", "campaign",
)  # fmt: skip
ANSWERS = ("number", "segment", "opinion", "theme", "theme_title", "answer", "own_answer", "reason", "text")
CHANGES = ("layer", "id", "column", "old", "new", "plan_version", "opinions")


def response_tables(document: Mapping[str, Any], lang: str) -> dict[str, bytes]:
    """The tables of a consultation report by the names of their files; words are in `lang`."""
    return {
        "opinions.csv": as_csv(OPINIONS, _opinion_rows(document, lang)),
        "answers.csv": as_csv(ANSWERS, _answer_rows(document, lang)),
        "changes.csv": as_csv(CHANGES, _change_rows(document)),
    }


def _opinion_rows(document: Mapping[str, Any], lang: str) -> Iterator[list[Any]]:
    names = {theme["theme"]: pick(theme["title"], lang) for theme in document["themes"]}
    for row in document["register"]:
        themes = dict.fromkeys(names[point["theme"]] for point in row["segments"] if point["theme"])
        kinds = dict.fromkeys(point["answer"] for point in row["segments"])
        said = row | {"themes": "; ".join(themes), "answers": "; ".join(kinds)}
        yield [said[column] for column in OPINIONS]


def _answer_rows(document: Mapping[str, Any], lang: str) -> Iterator[list[Any]]:
    numbers = {row["opinion"]: row["number"] for row in document["register"]}
    for theme in document["themes"]:
        for point in (*theme["points"], *theme["other_answers"]):
            about = (theme["theme"], pick(theme["title"], lang))
            yield [
                numbers[point["opinion"]],
                *_answer_row(point, point["answer"] or theme["answer"], about, lang),
            ]
    for point in document["single"]:
        yield [numbers[point["opinion"]], *_answer_row(point, point["answer"], (None, None), lang)]


def _answer_row(
    point: Mapping[str, Any], answer: Mapping[str, Any], about: Sequence[Any], lang: str
) -> list[Any]:
    own = point["answer"] is not None
    reason = pick(answer["reason"], lang)
    return [point["segment"], point["opinion"], *about, answer["kind"], own, reason, point["text"]]


def _change_rows(document: Mapping[str, Any]) -> Iterator[list[Any]]:
    for change in document["changes"]:
        yield [change[column] for column in CHANGES[:-1]] + ["; ".join(change["opinions"])]


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as CSV, in which texts show what they hold."""
    return csv_bytes(
        columns, ([shown(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    )
