"""
The consultation report as files: one page of HTML, JSON, and tables for spreadsheets.

The page needs nothing else, and holds no script. Words of opinions are shown as they came, but can do
nothing: HTML in them is text, marks that turn the direction of writing are spelled out, and a cell that a
spreadsheet would take for a formula is marked as text.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan import __version__
from blockplan.errors import UsageError
from blockplan.notice.intake.texts_in import TURNING
from blockplan.notice.numbers import named
from blockplan.respond.document import response
from blockplan.texts import LANGUAGES, TAGS, Catalog, harmless_cell, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from blockplan.plan import Plan
    from blockplan.respond.sorting import Sorting

    Faces = Callable[[str, str], str]

TEXTS = Catalog("blockplan.respond", "response.toml")
#: Name of the file that holds the document itself.
DOCUMENT = "response.json"


def write_response(
    sorting: Sorting,
    out: str | Path,
    lang: str = "en",
    *,
    before: Plan | None = None,
    after: Plan | None = None,
    faces: Faces | None = None,
) -> list[Path]:
    """
    Write the consultation report into a folder: response.html, response.json and three tables.

    Everything is made before the first file is written, so that a refusal leaves nothing behind.

    Parameters
    ----------
    lang
        zh, en or ja: of the page, and of words in the tables.
    before, after
        The plan on notice and the changed plan, to verify what answers say of them.
    faces
        Gives the ``@font-face`` rules for a text and a language; without it the reader's own fonts are used.

    Raises
    ------
    NoticeStateError
        While one segment has no answer.
    PlanDataError
        If an answer says of the plan what the plan does not bear out.
    UsageError
        If the language is unknown, or the folder is a file.
    """
    if lang not in LANGUAGES:
        msg = f"There is no language {lang!r}; take one of {', '.join(LANGUAGES)}."
        raise UsageError(msg)
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file; name a folder for the consultation report."
        raise UsageError(msg)
    document = response(sorting, before, after)
    made = files(document, lang, faces)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        unfinished = folder / f".{name}.part"
        unfinished.write_bytes(data)
        os.replace(unfinished, folder / name)  # noqa: PTH105 (atomic)
    return [folder / name for name in made]


def files(document: Mapping[str, Any], lang: str, faces: Faces | None = None) -> dict[str, bytes]:
    """The files of a consultation report by name."""
    return {
        "response.html": page(document, lang, faces).encode("utf-8"),
        DOCUMENT: as_json(document),
        "opinions.csv": as_csv(OPINIONS, _opinion_rows(document, lang)),
        "answers.csv": as_csv(ANSWERS, _answer_rows(document, lang)),
        "changes.csv": as_csv(CHANGES, _change_rows(document)),
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document itself, the same bytes in every language."""
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")


def page(document: Mapping[str, Any], lang: str, faces: Faces | None = None) -> str:
    """The consultation report as the text of an HTML file; `faces` as for `write_response`."""
    from blockplan.templates import environment  # noqa: PLC0415 (only a page needs it)

    templates = environment("blockplan.respond")
    templates.filters |= {"shown": shown, "told": lambda text: pick(text, lang), "day": _day}
    body = templates.get_template("response.html.j2").render(
        d=document,
        say=lambda key, **values: TEXTS(key, lang, **values),
        called=_called(document, lang),
        tag=TAGS[lang],
        title=title_of(document, lang),
        names={theme["theme"]: pick(theme["title"], lang) for theme in document["themes"]},
        facts=_facts(document, lang),
        version=__version__,
    )
    return body.replace("/*FACES*/", faces(body, lang) if faces else "", 1)


def _called(document: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Each opinion as people are told it."""
    return {row["opinion"]: named(row["opinion"], row["number"], lang) for row in document["register"]}


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


def _day(said: str | None) -> str:
    return (said or "")[:10]


def _facts(document: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    head = document["notice"]
    plan, period, rule = head["plan"] or {}, head["period"] or {}, head["rule"] or {}
    span = period.get("submission") or {}
    told = {
        "plan": plan.get("id"),
        "authority": pick(head["authority"], lang) or pick(plan.get("authority"), lang),
        "period": TEXTS("head.from_to", lang, first=span["first"], last=span["last"]) if span else None,
        "basis": _basis(rule, lang),
        "publication": TEXTS(f"mode.{document['publication']}", lang),
        "version": plan.get("content_hash"),
    }
    return [(TEXTS(f"head.{key}", lang), str(value)) for key, value in told.items() if value]


def _basis(rule: Mapping[str, Any], lang: str) -> str:
    """The rule's title in the reader's language, and the document and clause where it stands."""
    source = rule.get("source")
    parts = (source.get("document"), source.get("clause")) if isinstance(source, dict) else ()
    found = " ".join(pick(part, lang) for part in parts if part)
    title = pick(rule.get("title"), lang)
    return f"{title} ({found})" if title and found else title or found or str(rule.get("id") or "")


# ---- tables ----

OPINIONS = (
    "number", "opinion", "entered_at", "received_at", "channel", "from", "late", "standing", "ground",
    "title", "text", "themes", "answers", "campaign",
)  # fmt: skip
ANSWERS = ("number", "segment", "opinion", "theme", "theme_title", "answer", "own_answer", "reason", "text")
CHANGES = ("layer", "id", "column", "old", "new", "plan_version", "opinions")


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
    """
    A table as CSV; unknown is an empty cell.

    UTF-8 with a byte-order mark, so that Excel reads Chinese as Chinese.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return harmless_cell(shown(value))
    return value
