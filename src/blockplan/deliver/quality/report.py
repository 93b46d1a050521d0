"""The quality report: a PDF to hand in, and a workbook with every fault and every loss."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.deliver.losses import MANIFEST
from blockplan.deliver.quality import RULES
from blockplan.deliver.quality.finding import TEXTS
from blockplan.report.document import Document, Note, Paragraph, Printed, Section, Table
from blockplan.report.renderers.typst import pdf
from blockplan.report.words import Words, table_of
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from blockplan.deliver.losses import Loss
    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.deliver.quality import Judgement
    from blockplan.deliver.quality.finding import Check
    from blockplan.report.document import Block

#: So many faults are printed; the workbook holds them all.
PRINTED, A4 = 200, 9
#: Letters that a part of a page's head has room for: Excel reads no head of more than 255.
MOST_HEADER = 80
#: Columns of the workbook -> their width in characters, where it is not 13.
WIDTHS = {
    "message": 60,
    "remedy": 40,
    "rule": 34,
    "field": 34,
    "value": 30,
    "becomes": 30,
    "layer": 22,
    "id": 18,
}
#: Outcome of a rule, or grade of a fault -> its sign.
SIGNS = {"pass": "✓", "fault": "×", "open": "?", "blocking": "×", "ignorable": "△", "note": "–"}


def outcomes(judgement: Judgement) -> list[tuple[str, str, int]]:
    """Each rule with its outcome (pass, fault, open) and the number of its faults."""
    counts = Counter(check.rule for check in judgement.checks)
    return [
        (
            rule.id,
            "open" if rule.id in judgement.not_judged else "fault" if counts[rule.id] else "pass",
            counts[rule.id],
        )
        for rule in RULES
    ]


def quality_pdf(
    judgement: Judgement,
    profile: DeliveryProfile,
    title: str,
    day: dt.date,
    lang: str = "zh",
    *,
    stated: bool = True,
) -> bytes:
    """
    The report as PDF/A-2b: what was judged, each rule's outcome, the faults with place and remedy.

    `stated` is whether the plan states its day, or its import took its own.
    """
    checks = judgement.checks
    said = "blocked" if judgement.blocked else "passed"
    verdict = TEXTS(f"report.{said}", lang, n=judgement.count("blocking"))
    words = Words(lang)
    named = words("list.note", said=pick(profile.title, lang), note=profile.id)
    judged_by = f"{TEXTS('report.profile', lang)}{words('list.colon')}{named}"
    faults: list[Block] = [Note(TEXTS("report.none", lang))]
    if checks:
        rows = tuple(_fault_row(check, lang) for check in checks[:PRINTED])
        faults = [Table(_heads(lang, "grade", "message", "place", "remedy"), rows, sign=0)]
    if len(checks) > PRINTED:
        faults.append(Note(TEXTS("report.more", lang, n=len(checks) - PRINTED)))
    rules = tuple(
        (group, rule, grade, f"{SIGNS[outcome]} {said}", Printed("" if count is None else count))
        for group, rule, grade, said, count, outcome in _rule_rows(judgement, lang)
    )
    drawn_on = words.day(day) if stated else words("head.no_day")
    about = (Paragraph(verdict, "alert" if judgement.blocked else "lead"), Note(judged_by),
             Note(f"{words('head.drawn_on')}{words('list.colon')}{drawn_on}"),
             Note(TEXTS("report.basis", lang)))  # fmt: skip
    heads = _heads(lang, "group", "rule", "grade", "outcome", "count")
    sections = (
        Section("verdict", "", about),
        Section("faults", f"{TEXTS('report.faults', lang)} ({len(checks)})", tuple(faults)),
        Section(
            "rules",
            TEXTS("report.rules", lang),
            (Table(heads, rules, sign=3), *_not_judged(judgement, words)),
        ),
    )
    return pdf(Document(TEXTS("report.title", lang), lang, day, sections, title))


def _not_judged(judgement: Judgement, words: Words) -> Iterator[Note]:
    """Why rules were not judged: a line a reason."""
    for need in dict.fromkeys(rule.needs for rule in RULES if rule.id in judgement.not_judged):
        titles = [
            TEXTS(f"{rule.id}.title", words.lang)
            for rule in RULES
            if rule.needs == need and rule.id in judgement.not_judged
        ]
        why = TEXTS(f"needs.{need}", words.lang)
        yield Note(TEXTS("report.not_judged", words.lang, rules=words.join(titles), why=why))


def _heads(lang: str, *keys: str) -> tuple[str, ...]:
    return tuple(TEXTS(f"report.{key}", lang) for key in keys)


def _rule_rows(judgement: Judgement, lang: str) -> list[tuple[str, str, str, str, int | None, str]]:
    """Each rule: group, title, grade, outcome in words, number of its faults, outcome."""
    by_id = {rule.id: rule for rule in RULES}
    return [
        (
            TEXTS(f"group.{by_id[id_].group}", lang),
            f"{TEXTS(f'{id_}.title', lang)} ({id_})",
            TEXTS(f"grade.{by_id[id_].grade}", lang),
            TEXTS(f"outcome.{outcome}", lang),
            None if outcome == "open" else count,
            outcome,
        )
        for id_, outcome, count in outcomes(judgement)
    ]


def _fault_row(check: Check, lang: str) -> tuple[str, ...]:
    place = "" if check.x is None else f"{check.x:.1f}, {check.y:.1f}"
    grade = f"{SIGNS[check.grade]} {TEXTS(f'grade.{check.grade}', lang)}"
    return grade, pick(check.message, lang), place, pick(check.remedy, lang)


def quality_workbook(
    judgement: Judgement,
    losses: Sequence[Loss],
    profile: DeliveryProfile,
    title: str,
    day: dt.date,
    lang: str = "zh",
) -> bytes:
    """The report as a workbook: numbers as numbers; on paper each page says of which plan it is, and when.

    Sheets ``rules``, ``faults``, ``features`` (all those of a fault of many), ``losses``.
    """
    import xlsxwriter  # noqa: PLC0415

    out, words = io.BytesIO(), Words(lang)

    def _named(said: str, key: str) -> str:
        return said if said == key else words("list.note", said=said, note=key)

    def _field(one: Loss) -> str:
        if one.layer != MANIFEST:
            return _named(words.field(one.field), one.field)
        return _named(words.or_else(f"key.{one.field.partition('.')[0]}", one.field), one.field)

    def _value(one: Loss, value: Any) -> Any:
        # Of plan.toml the keys that take one of a list have tables of their names.
        table = one.field if one.layer == MANIFEST else table_of(one.layer, one.field)
        return words.or_else(f"{table}.{value}", value) if isinstance(value, str) and value else value

    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)})

    def _rule(id_: str) -> str:
        return words("list.note", said=TEXTS(f"{id_}.title", lang), note=id_)

    _sheet(
        book, "rules", lang, ("group", "rule", "grade", "outcome", "count"),
        (list(row[:5]) for row in _rule_rows(judgement, lang)),
    )  # fmt: skip
    _sheet(
        book, "faults", lang, ("rule", "grade", "layer", "id", "x", "y", "measured", "message", "remedy"),
        (
            [
                _rule(one.rule), TEXTS(f"grade.{one.grade}", lang), one.layer, one.id, one.x, one.y,
                one.measured, pick(one.message, lang), pick(one.remedy, lang),
            ]
            for one in judgement.checks
        ),
    )  # fmt: skip
    _sheet(
        book, "features", lang, ("rule", "layer", "id", "message"),
        (
            [_rule(one.rule), one.layer, id_, pick(one.message, lang)]
            for one in judgement.checks if len(one.ids) > 1 for id_ in one.ids
        ),
    )  # fmt: skip
    _sheet(
        book,
        "losses",
        lang,
        ("layer", "field", "id", "value", "becomes"),
        (
            [
                _named(words.layer(one.layer), one.layer),
                _field(one),
                one.id,
                _value(one, one.value),
                _value(one, one.becomes),
            ]
            for one in losses
        ),
    )
    for sheet in book.worksheets():
        called = f"{TEXTS('report.title', lang)}{words('list.colon')}{sheet.get_name()}"
        sheet.set_header(f"&L{_plain(called)}&R{_plain(title)}")
        sheet.set_footer(f"&L{_plain(pick(profile.title, lang))}&C{words.day(day)}&R&P / &N")
    book.close()
    return out.getvalue()


def _plain(text: str) -> str:
    """A text as the head of a printed page says it, where a single & begins a code."""
    return text[:MOST_HEADER].replace("&", "&&")


def _sheet(book: Any, name: str, lang: str, heads: Sequence[str], rows: Iterable[list[Any]]) -> None:
    sheet, words = book.add_worksheet(TEXTS(f"report.{name}", lang)), Words(lang)
    head = book.add_format({"bold": True, "bg_color": "#E3EDEF", "border": 1, "text_wrap": True})
    for at, key in enumerate(heads):
        sheet.write_string(0, at, key.upper() if key in {"x", "y"} else TEXTS(f"report.{key}", lang), head)
        sheet.set_column(at, at, WIDTHS.get(key, 13))
    number = 0
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, bool):
                sheet.write_string(number, at, words(f"flag.{str(value).lower()}"))
            elif not isinstance(value, int | float):
                said = "、".join(map(str, value)) if isinstance(value, list) else value
                sheet.write_string(number, at, "" if said is None else str(said))
            else:
                sheet.write_number(number, at, value)
    if not number:
        sheet.write_string(1, 0, TEXTS("report.none", lang))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
