"""
The consultation report: a document, and its files for a folder or the portal.

Words of opinions are shown as they came, but can do nothing: in HTML they are text, marks that turn the
direction of writing are spelled out, and a cell that a spreadsheet would take for a formula is text there.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice.numbers import named
from blockplan.report.document import (
    Block,
    Document,
    Listing,
    Note,
    Paragraph,
    Printed,
    Section,
    Table,
    Term,
    TextRun,
)  # fmt: skip
from blockplan.report.files import write_whole
from blockplan.report.renderers.html import page
from blockplan.report.words import Words
from blockplan.respond.document import response
from blockplan.respond.tables import DOCUMENT, TEXTS, as_json, response_tables, shown, title_of
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.plan import Plan
    from blockplan.report.document import Text
    from blockplan.respond.sorting import Sorting

#: More points of a theme than this are folded.
MOST_POINTS = 8
#: How much of the hash of a plan stands in a table.
HASH_SIGNS = 12


def write_response(
    sorting: Sorting,
    out: str | Path,
    lang: str = "en",
    *,
    before: Plan | None = None,
    after: Plan | None = None,
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

    Raises
    ------
    NoticeStateError
        While one segment has no answer.
    PlanDataError
        If an answer says of the plan what the plan does not bear out.
    UsageError
        If the language is unknown, or the folder is a file.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file; name a folder for the consultation report."
        raise UsageError(msg)
    made = response_files(response(sorting, before, after), lang)
    return [write_whole(folder / name, data) for name, data in made.items()]


def response_files(found: Mapping[str, Any], lang: str) -> dict[str, bytes]:
    """The files of a consultation report by name; `found` is what `blockplan.respond.document` gives."""
    return {
        "response.html": page(response_document(found, lang)).encode("utf-8"),
        DOCUMENT: as_json(found),
        **response_tables(found, lang),
    }


def response_document(found: Mapping[str, Any], lang: str) -> Document:
    """The consultation report in a language."""
    return _Response(found, Words(lang, " ", TEXTS)).document()


class _Response:
    """The report under way; `called` is each opinion as people are told it."""

    def __init__(self, found: Mapping[str, Any], words: Words) -> None:
        self.found, self.words = found, words
        self.themes: list[Mapping[str, Any]] = found["themes"]
        self.register: list[Mapping[str, Any]] = found["register"]
        self.titles = {theme["theme"]: self._told(theme["title"]) for theme in self.themes}
        self.called = {
            row["opinion"]: named(row["opinion"], row["number"], words.lang) for row in self.register
        }

    def document(self) -> Document:
        parts = {
            "received": self._received(),
            "answers": self._answers(),
            "themes": (self._theme(theme) for theme in self.themes),
            "single": (block for point in self.found["single"] for block in self._single(point)),
            "changes": self._changes(),
            "register": (self._register(),),
            "how": self._how(),
        }
        held = {key: tuple(blocks) for key, blocks in parts.items()}
        told = (Section(key, self.words(f"section.{key}"), blocks) for key, blocks in held.items() if blocks)
        days = [str(row["entered_at"] or "")[:10] for row in self.register]
        day = max(filter(None, days), default="2000-01-01")
        return Document(
            title_of(self.found, self.words.lang),
            self.words.lang,
            dt.date.fromisoformat(day),
            (Section("head", "", tuple(self._head())), *told),
            self.words("head.kicker"),
        )

    def _told(self, text: Any) -> str:
        """A text of the record in the reader's language, marks that turn the writing spelled out."""
        return shown(pick(text, self.words.lang))

    def _head(self) -> Iterator[Block]:
        words, head = self.words, self.found["notice"]
        plan, period = head["plan"] or {}, (head["period"] or {}).get("submission")
        if self.found["synthetic"]:
            yield Paragraph(words("head.synthetic"), "alert")
        facts = {
            "plan": plan.get("id"),
            "authority": self._told(head["authority"]) or self._told(plan.get("authority")),
            "period": words("head.from_to", first=period["first"], last=period["last"]) if period else None,
            "basis": self._basis(head["rule"] or {}),
            "publication": words(f"mode.{self.found['publication']}"),
            "version": plan.get("content_hash"),
        }
        yield from (Term(words(f"head.{key}"), str(value)) for key, value in facts.items() if value)

    def _basis(self, rule: Mapping[str, Any]) -> str:
        """The rule's title in the reader's language, and the document and clause where it stands."""
        source = rule.get("source")
        parts = (source.get("document"), source.get("clause")) if isinstance(source, dict) else ()
        clause = " ".join(self._told(part) for part in parts if part)
        title = self._told(rule.get("title"))
        return f"{title} ({clause})" if title and clause else title or clause or str(rule.get("id") or "")

    def _received(self) -> Iterator[Block]:
        words, sums = self.words, self.found["reconciliation"]
        counts = {
            "received": sums["received"],
            "whole": sums["published_whole"],
            "redacted": sums["published_redacted"],
            **{key: sums[key] for key in ("withheld", "withdrawn", "erased")},
        }
        yield from (Term(words(f"count.{key}"), str(n)) for key, n in counts.items())
        yield Paragraph(words("count.sum", **counts), "lead")
        late = [words("count.late", n=sums["late"])]
        if sums["late_unknown"]:
            late.append(words("count.late_unknown", n=sums["late_unknown"]))
        yield Paragraph(" · ".join(late))
        if self.found["publication"] not in {"after_close_full", "live"}:
            yield Note(words("count.summary_mode"))
        for key in ("channel", "sender"):
            by = self.found["received"][f"by_{key}"].items()
            said = " · ".join(f"{words(f'{key}.' + (name or 'unknown'))} {n}" for name, n in by)
            yield Term(words(f"count.{key}"), said)

    def _answers(self) -> Iterator[Block]:
        def counts(row: Mapping[str, Any]) -> tuple[Printed, Printed]:
            return Printed(row["segments"]), Printed(row["opinions"])

        rows = tuple((self._chip(row["kind"]), *counts(row)) for row in self.found["answers"])
        yield Table(self.words.heads("kind", "points", "opinions"), rows, key=0)
        themes = tuple(
            (
                (TextRun(self.titles[one["theme"]], link=one["theme"]),),
                *counts(one),
                self._chip(one["answer"]["kind"]) if one["answer"] else "",
            )
            for one in self.themes
        )
        yield Table(self.words.heads("theme", "points", "opinions", "kind"), themes, key=0)

    def _theme(self, theme: Mapping[str, Any]) -> Section:
        words, points = self.words, theme["points"]
        counts = [
            words(f"count.{key}", n=n)
            for key, n in (
                ("n_opinions", theme["opinions"]),
                ("n_points", theme["segments"]),
                ("folded", theme["folded"]),
            )
            if n
        ]
        held: list[Block] = [Note(" · ".join(counts))]
        if theme["gist"]:
            held.append(Paragraph(self._told(theme["gist"])))
        if theme["answer"]:
            held += self._answer(theme["answer"])
        if theme["came_later"]:
            held.append(Note(words("say.came_later", n=theme["came_later"])))
        if points:
            title, id_ = words("count.n_points", n=len(points)), f"{theme['theme']}-points"
            listed = Listing("", tuple(map(self._point, points)))
            held.append(Section(id_, title, (listed,), folded=len(points) > MOST_POINTS))
        if theme["other_answers"]:
            others = [block for point in theme["other_answers"] for block in self._single(point)]
            # They differ from the answer of their theme, if it has one.
            said = words("say.other_answer" if theme["answer"] else "section.single")
            held.append(Section(f"{theme['theme']}-others", said, tuple(others)))
        return Section(theme["theme"], self.titles[theme["theme"]], tuple(held))

    def _single(self, point: Mapping[str, Any]) -> Iterator[Block]:
        """A point and the answer to it alone."""
        yield Listing("", (self._point(point),))
        yield from self._answer(point["answer"])

    def _point(self, point: Mapping[str, Any]) -> Text:
        opinion = TextRun(self.called[point["opinion"]], link=point["opinion"])
        return (opinion,) if point["text"] is None else (opinion, TextRun(shown(point["text"]), "quoted"))

    def _answer(self, answer: Mapping[str, Any]) -> Iterator[Block]:
        words = self.words
        yield Paragraph((*self._chip(answer["kind"]), TextRun(self._told(answer["reason"]))))
        if answer["links"]:
            links = " · ".join(f"{link['layer']} {link['id']}" for link in answer["links"])
            yield Note(words("say.links") + links)
        for change in answer["changes"]:
            old, new = self._values(change)
            object_ = " · ".join(words.changed(change))
            yield Paragraph((TextRun(f"{object_} ", "note"), TextRun(f"{old} → {new}")))
        if answer["names_no_change"]:
            yield Paragraph(words("say.no_change"), "alert")

    def _changes(self) -> Iterator[Block]:
        words, verified = self.words, self.found["verified_against"]
        if not self.found["changes"]:
            yield Paragraph(words("say.no_changes"))
            return
        rows = tuple(
            (
                *words.changed(change),
                *self._values(change),
                change["plan_version"][:HASH_SIGNS],
                tuple(TextRun(self.called[one], link=one) for one in change["opinions"]),
            )
            for change in self.found["changes"]
        )
        yield Table(self.words.heads("object", "column", "old", "new", "version", "because"), rows, key=0)
        yield Note(words("say.verified" if verified and verified["changed"] else "say.not_verified"))

    def _values(self, change: Mapping[str, Any]) -> tuple[str, str]:
        words, old, new = self.words, change["old"], change["new"]
        return (
            words("head.unknown") if old is None else shown(words.value(change["column"], old)),
            words("head.none") if new is None else shown(words.value(change["column"], new)),
        )

    def _register(self) -> Table:
        heads = self.words.heads("opinion", "came", "channel", "state", "text", "answer")
        ids = tuple(row["opinion"] for row in self.register)
        return Table(heads, tuple(map(self._registered, self.register)), key=0, ids=ids)

    def _registered(self, row: Mapping[str, Any]) -> tuple[Text, ...]:
        words, absent = self.words, row["text"] is None
        text = (
            TextRun(words("say.not_published"), "muted") if absent else TextRun(shown(row["text"]), "quoted")
        )
        answers = (
            (*([TextRun(self.titles[one["theme"]], link=one["theme"])] if one["theme"] else []),
             *self._chip(one["answer"]))
            for one in row["segments"]
        )  # fmt: skip
        return (
            self.called[row["opinion"]],
            _some(
                TextRun((row["received_at"] or row["entered_at"] or "")[:10]),
                TextRun(words("say.late"), "late") if row["late"] else None,
            ),
            _some(
                TextRun(words(f"channel.{row['channel'] or 'unknown'}")),
                TextRun(words(f"sender.{row['from'] or 'unknown'}"), "muted"),
            ),
            _some(
                TextRun(words(f"count.{row['standing']}")),
                TextRun(shown(words("say.ground", ground=row["ground"])), "muted") if row["ground"] else None,
            ),
            _some(TextRun(shown(row["title"]), "quoted strong") if row["title"] else None, text),
            tuple(span for answer in answers for span in answer),
        )

    def _how(self) -> Iterator[Block]:
        words, runs = self.words, len(self.found["proposals"])
        yield Paragraph(words("say.how"))
        yield Paragraph(words("say.machine", n=runs) if runs else words("say.by_hand"))
        yield Note(words("say.marks"))

    def _chip(self, kind: str) -> tuple[TextRun, ...]:
        return (TextRun(self.words(f"kind.{kind}"), f"chip {kind}"),)


def _some(*spans: TextRun | None) -> tuple[TextRun, ...]:
    return tuple(span for span in spans if span is not None)
