"""
A comparison as a document: scenarios and plans side by side.

The same comparison and language give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.compare.changes import Size
from blockplan.measure import MEASURES
from blockplan.report import tables, trace
from blockplan.report.comparison.lists import LONGEST_LIST, SHORT_LIST, Matrix
from blockplan.report.comparison.wording import ComparisonWords
from blockplan.report.document import (
    Block,
    Document,
    Figure,
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
from blockplan.report.words import NO_BREAK, Words
from blockplan.texts import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from blockplan.compare import Comparison, Pair
    from blockplan.compare.changes import RowChange
    from blockplan.compare.columns import ComparedVerdict, MeasureRow
    from blockplan.compare.transition import TransitionUse
    from blockplan.report.document import Cell, Text
    from blockplan.report.maps.drawing import Drawing

#: Where there are more verdicts than this, those that do not differ are folded.
MOST_VERDICTS = 30


def write_comparison(found: Comparison, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """
    Write a comparison as one self-contained file: PDF or DOCX where its name ends so, else HTML.

    Raises
    ------
    UsageError
        If there is no such language, or the file cannot be written.
    """
    from blockplan.report.renderers import ENDINGS, render  # noqa: PLC0415 (a terminal needs no templates)

    path = Path(path)
    ending = path.suffix if path.suffix.lower() in ENDINGS else ".html"
    return write_whole(path, render(comparison_document(found, lang), ending))


def comparison_document(found: Comparison, lang: str) -> Document:
    """A comparison as a document."""
    of = ComparisonWords(found, Words(lang, NO_BREAK))
    parts = {
        "summary": (Listing(of.against(pair), of.summary(pair)) for pair in of.found.pairs),
        **side_by_side(of),
        "changes": _of_pairs(of, "changes", change_blocks),
        "reproduce": _reproduce(of),
    }
    return whole(of, of.words("head.kicker"), parts)


def side_by_side(of: ComparisonWords) -> dict[str, Iterable[Block]]:
    """What every comparison shows between its summary and its end."""
    return {
        "columns": (Table(("", *of.names), of.column_rows, key=0),),
        "verdicts": _verdicts(of),
        "measures": _measures(of),
        "land": land_blocks(of),
        "gains": (Paragraph(of.words("gains.lead")), *_of_pairs(of, "gains", _gains)),
        "maps": _of_pairs(of, "maps", _maps),
    }


def whole(of: ComparisonWords, kind: str, parts: dict[str, Iterable[Block]]) -> Document:
    """A document of its head and of parts by the key of their heading; `kind` is what it is."""
    head: list[Block] = [Term(*fact) for fact in of.facts]
    if of.synthetic:
        said = of.words("list.colon").join(map(of.words, ("head.synthetic_title", "head.synthetic")))
        head.insert(0, Paragraph(said, "alert"))
    told = (Section(key, of.words(f"section.{key}"), tuple(held)) for key, held in parts.items())
    day = dt.date.fromisoformat(of.first.result.on)
    sections = (Section("head", "", tuple(head)), *told)
    return Document(of.title, of.words.lang, day, sections, kind)


def _of_pairs(
    of: ComparisonWords, key: str, show: Callable[[ComparisonWords, Pair], Iterable[Block]]
) -> tuple[Section, ...]:
    """A section for each column that is compared with the first."""
    return tuple(
        Section(f"{key}-{at}", of.against(pair), tuple(show(of, pair)))
        for at, pair in enumerate(of.found.pairs, 1)
    )


def _verdicts(of: ComparisonWords) -> Iterator[Block]:
    """The verdicts that differ; of many, those that do not are folded."""
    yield Paragraph(of.words("flip.lead"))
    few = len(of.verdicts) <= MOST_VERDICTS
    shown = [row for row in of.verdicts if few or row.differs]
    folded = [row for row in of.verdicts if not (few or row.differs)]
    if shown:
        yield _verdict_table(of, shown)
    if folded:
        said = of.words("flip.same", n=of.words.number(len(folded)))
        yield Section("verdicts-same", said, (_verdict_table(of, folded),), folded=True)


def _verdict_table(of: ComparisonWords, rows: list[ComparedVerdict]) -> Table:
    cells = tuple(
        (_rule(of, row), *(_marked(of.cell(row, at)) for at in range(len(of.columns)))) for row in rows
    )
    return Table((of.words("column.title"), *of.names), cells, key=0)


def _rule(of: ComparisonWords, row: ComparedVerdict) -> Text:
    first, words = row.first, of.words
    standing = f"{words('column.confidence')} {first.confidence}"
    notes = (
        " | ".join((first.rule, words(f"force.{first.force}"), standing)),
        trace.source_short(first, words),
        of.one_required(row),
    )
    return (TextRun(of.verdict_title(row), "strong"), *_muted(notes))


def _marked(cell: dict[str, Any]) -> Text:
    spans = (
        TextRun(cell["said"], f"chip {cell['outcome']}"),
        TextRun(cell["mark"], f"mark {cell['kind']}"),
        TextRun(cell["measured"], "strong"),
        *_muted(cell["notes"]),
    )
    return tuple(one for one in spans if one.text)


def _measures(of: ComparisonWords) -> Iterator[Block]:
    """The measures that differ, those that do not, and how both are defined."""
    differ = [row for row in of.measures if row.differs]
    same = [row for row in of.measures if not row.differs]
    yield Paragraph(of.words("measure.differ" if differ else "measure.none_differ"))
    if differ:
        yield _measure_table(of, differ)
    if same:
        said = of.words("measure.same", n=of.words.number(len(same)))
        yield Section("measures-same", said, (_measure_table(of, same),), folded=True)
    defined = {term.term: term for row in of.measures for term in _definition(of, row)}
    if defined:
        yield Section("measures-how", of.words("trace.how"), tuple(defined.values()), folded=True)


def _measure_table(of: ComparisonWords, rows: list[MeasureRow]) -> Table:
    cells = tuple(
        (
            (TextRun(of.measure_title(row), "strong"), *_muted([of.measure_note(row)])),
            *(_measured(of.measure_cell(row, at)) for at in range(len(of.columns))),
        )
        for row in rows
    )
    return Table((of.words("column.measure"), *of.names), cells, key=0)


def _measured(cell: dict[str, str]) -> Text:
    gap = f"({cell['gap']})" if cell["gap"] else ""
    return (TextRun(cell["value"], "strong"), *_muted((gap, cell["note"])))


def _definition(of: ComparisonWords, row: MeasureRow) -> Iterator[Term]:
    """How a measure is defined, what it reads, and where the definition comes from."""
    words, id_ = of.words, row.first.measure
    spec = MEASURES.get(id_)
    if spec is None:
        return
    read = words("list.clauses").join(
        words.named_columns(one.said, one.fields) for one in trace.inputs(id_, words)
    )
    inputs = f"{words('trace.inputs')}{words('list.colon')}{read}" if read else ""
    notes = " | ".join(filter(None, (inputs, trace.definition_source(id_, words))))
    title = tables.measure_words(row.first.id, words)[0]
    yield Term(title, words.pick(spec.definition), notes)


def _gains(of: ComparisonWords, pair: Pair) -> Iterator[Block]:
    rows = [(name, *map(Printed, rest)) for name, *rest in of.gains(pair)]
    heads = [of.words(f"gains.head_{key}") for key in ("to", "nearer", "farther", "same", "old", "new")]
    yield Table(tuple(heads), tuple(rows), key=0) if rows else Paragraph(of.words("gains.none"))


def _maps(of: ComparisonWords, pair: Pair) -> Iterator[Block]:
    made = of.atlas.maps(pair, of.name_of(pair.column), of.name(of.first))
    for theme, drawing in made:
        nothing = Paragraph(of.words(f"map.{theme}_none"))
        yield nothing if drawing is None else figure(of, drawing)


def figure(of: ComparisonWords, drawing: Drawing) -> Figure:
    """A map with its caption: what it shows, its scale, where its data come from."""
    given = (of.words.pick(column.plan.manifest.attribution) for column in of.columns)
    notes = [of.words("map.synthetic")] if of.synthetic else []
    return drawing.figure(*given, notes=notes)


def _reproduce(of: ComparisonWords) -> Iterator[Block]:
    words, result = of.words, of.first.result
    packs = "".join(f" --pack {pack}" for pack in result.packs)
    yield Paragraph(words("reproduce.lead"))
    yield Paragraph(
        f"blockplan compare PLAN {' '.join(of.names)} --on {result.on}{packs}"
        f" --lang {words.lang} --out comparison.html",
        "code",
    )
    yield Paragraph(words("reproduce.unknown"))
    for column in of.columns:
        yield Term(of.name(column), column.plan.content_hash)


def land_blocks(of: ComparisonWords) -> Iterator[Block]:
    """The matrix of each pair, or that no land changes use."""
    yield Paragraph(of.words("land.lead"))
    for at, pair in enumerate(of.found.pairs, 1):
        matrix = Matrix(pair.land.ha)
        none = Paragraph(of.words("land.none", ha=of.ha(matrix.all_before)))
        held = transition_table(of, matrix) if matrix.moved else none
        yield Section(f"land-{at}", of.against(pair), (held,))


def transition_table(of: ComparisonWords, matrix: Matrix) -> Table:
    """Hectares from use to use, with totals both ways."""
    words, uses = of.words, matrix.columns

    def row(head: Text, given: Iterable[float], *totals: float | None) -> tuple[Cell, ...]:
        return (head, *(Printed(of.area(ha)) for ha in (*given, *totals)))

    rows = [
        row(
            _coloured(of, was),
            (matrix.cell(was, now) for now in uses),
            *(total(was) for total in (matrix.goes, matrix.stays, matrix.before)),
        )
        for was in matrix.rows
    ]
    if matrix.still:
        others = words.count("land.others", len(matrix.still))
        still = matrix.kept_still
        rows.append(row(others, (0.0 for _ in uses), None, still, still))
    sums = [
        row(words("land.comes"), map(matrix.comes, uses), matrix.moved, matrix.kept, matrix.all_before),
        row(words("land.stays"), map(matrix.stays, uses), None, None, None),
        row(words("land.total_after"), map(matrix.after, uses), None, None, matrix.all_after),
    ]
    heads = (f"→ {of.use(now)}" for now in uses)
    totals = (words(f"land.{key}") for key in ("goes", "stays", "total_before"))
    return Table(
        (words("land.from_to"), *heads, *totals),
        (*rows, *sums),
        kinds=tuple("row" if at < len(rows) else "total" for at in range(len(rows) + len(sums))),
        key=0,
    )


def _coloured(of: ComparisonWords, use: TransitionUse | None) -> Text:
    from blockplan.report.comparison.maps import use_fill  # noqa: PLC0415 (a terminal draws no maps)

    return (TextRun(of.use(use), colour="" if use is None else use_fill(use)),)


def change_blocks(of: ComparisonWords, pair: Pair) -> Iterator[Block]:
    """A section for each layer: folded where it is long, cut where it is very long."""
    words, layers = of.words, of.changes(pair)
    if not layers:
        said = {"name": of.name_of(pair.column), "first": of.name(of.first)}
        yield Paragraph(words("change.none", **said))
    heads = tuple(words(f"change.{key}") for key in ("id", "kind", "fields"))
    for at, (title, rows) in enumerate(layers.items(), 1):
        shown = tuple(
            (change.id, words(f"change.{change.kind}"), _fields(of, change)) for change in rows[:LONGEST_LIST]
        )
        held: list[Block] = [Table(heads, shown, key=0)]
        if len(rows) > LONGEST_LIST:
            held.append(Note(words("change.more", n=words.number(len(rows) - LONGEST_LIST))))
        id_ = f"changes-{of.at(pair.column)}-{at}"
        yield Section(id_, title, tuple(held), folded=len(rows) > SHORT_LIST)


def _fields(of: ComparisonWords, change: RowChange) -> Text:
    """The fields of a change: name, old and new value."""
    spans = []
    for name, old, new in change.fields:
        spans.append(TextRun(of.words.or_else(f"field.{name}", name), "muted"))
        values = {"added": [new], "removed": [old]}.get(change.kind, [old, new])
        said = list(map(of.value, values))
        # An outline may change and keep its size.
        reshaped = isinstance(new, Size) and said == said[:1] * 2
        spans.append(TextRun(of.words("change.reshaped", size=said[0]) if reshaped else " → ".join(said)))
    return tuple(spans)


def _muted(notes: Iterable[str]) -> Iterator[TextRun]:
    return (TextRun(note, "muted") for note in notes if note)
