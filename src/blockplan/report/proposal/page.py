"""
A proposal as a document, and in words for a terminal; the same for every kind of proposal.

The document is that of a comparison of the plan before and after, with what is proposed, how good it is,
and maps of both ahead of it.

What ``--out`` of every proposal holds: ``proposal.json``, ``changes.csv`` and ``proposal.html``. The three
appear together or not at all; other files of the folder stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from blockplan import jsontext
from blockplan.compare import ComparedColumn, beside
from blockplan.compare.transition import TransitionUse
from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.plan.model.layers import LAYERS
from blockplan.report.comparison.lists import CATALOG as COMPARISON
from blockplan.report.comparison.page import figure, side_by_side, whole
from blockplan.report.comparison.wording import SIGNS, ComparisonWords
from blockplan.report.document import Document, Listing, Paragraph, Printed, Table, Term
from blockplan.report.grouping import packs_said
from blockplan.report.proposal.words import CATALOG, figure_name, figure_said
from blockplan.report.tables import missing_words
from blockplan.report.words import NO_BREAK, Words
from blockplan.texts import DEFAULT_LANGUAGE, csv_bytes
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.compare.changes import RowChange
    from blockplan.propose import Proposal, SearchAnswer
    from blockplan.propose.proposal import Unmet
    from blockplan.report.document import Block
    from blockplan.report.proposal.maps import Plates
    from blockplan.texts import Catalog

BEFORE, AFTER = "before", "after"
#: What a new feature has from what stood there before, and is not told one by one.
HANDED_ON = frozenset(
    {"geometry", "parcel_id", "status", "subblock_id", "block_id", "land_use_list", "existing_land_use",
     "phase", "committed"}
)  # fmt: skip
#: What follows from another use and is not told one by one: the list of changes has it all.
HANGS_ON_USE = frozenset(
    {
        "land_use_name", "far", "far_kind", "height_m", "coverage_ratio", "green_ratio", "parking_spaces",
        "floor_area_m2", "dwellings", "industry_health_share", "industry_manufacturing_share",
        "industry_digital_share", "industry_services_share", "permitted",
    }
)  # fmt: skip


class Feature(NamedTuple):
    """One feature that a proposal touches: its number on the maps, what it is, where, what becomes of it."""

    number: str
    layer: str
    id: str
    where: str
    said: str
    change: RowChange


def _only_drawn(change: RowChange) -> bool:
    """Whether a new parcel only draws what stands there, without a use: the figures count those."""
    names = {name for name, _, _ in change.fields}
    return change.layer == "parcels" and change.kind == "added" and "land_use" not in names


def proposal_document(proposal: Proposal, lang: str) -> Document:
    """A proposal as a document."""
    return ProposalWords.of(proposal, Words(lang, NO_BREAK)).document()


@dataclass
class ProposalWords(ComparisonWords):
    """What is said of a proposal, in the language of `words`; it computes no figure."""

    proposal: Proposal
    catalogs: ClassVar[tuple[Catalog, ...]] = (CATALOG, COMPARISON)

    @classmethod
    def of(cls, proposal: Proposal, words: Words) -> ProposalWords:
        """What is said of a proposal in the language of `words`."""
        columns = [
            ComparedColumn(BEFORE, proposal.plan, proposal.before),
            ComparedColumn(AFTER, proposal.changed, proposal.after),
        ]
        return cls(beside(columns), words, proposal)

    def document(self) -> Document:
        """The whole proposal."""
        words = self.words
        unmet = Listing("", tuple(self.unmet)) if self.unmet else Paragraph(words("unmet.none"))
        parts = {
            "answer": self._answer(),
            "unmet": (unmet,),
            "features": (self._feature_table(),),
            "before_after": self._before_after(),
            **side_by_side(self),
            "parameters": tuple(Term(*one) for one in self.parameters),
            "take_over": self._take_over(),
        }
        return whole(self, f"{words('head.kicker')} | {self.kind}", parts)

    def _answer(self) -> Iterator[Block]:
        words, method = self.words, self.words.or_else(f"method.{self.answer.kind}", self.answer.method)
        yield Paragraph(self.headline, "lead")
        yield Listing("", tuple(self.standing))
        yield Paragraph(words("head.hand"))
        if method:
            yield Term(words("head.method"), method)
        parts = [
            (words.or_else(f"part.{name}", name), Printed(words.amount(value, self.answer.unit)))
            for name, value in self.answer.parts.items()
        ]
        if len(parts) > 1:
            yield Table(("", words("head.reached")), tuple(parts), title=words("section.parts"), key=0)
        if self.figures:
            rows = tuple((name, Printed(before), Printed(after)) for name, before, after in self.figures)
            yield Table(tuple(self.figure_heads), rows, title=words("section.figures"), key=0)

    def _feature_table(self) -> Block:
        rows = tuple((Printed(one.number), *one[1:5]) for one in self.features)
        return (
            Table(tuple(self.feature_heads), rows, key=2) if rows else Paragraph(self.words("feature.none"))
        )

    def _before_after(self) -> Iterator[Block]:
        yield Paragraph(self.words("map.note"))
        for pair in self.plates.pairs():
            yield from (figure(self, drawing) for drawing in pair)

    def _take_over(self) -> Iterator[Block]:
        before = self.proposal.before
        yield Paragraph(self.words("take_over.lead"))
        yield Paragraph(
            "blockplan propose apply PLAN proposal.json --as NAME [--only ID]\n"
            f"blockplan compare PLAN {before.scenario} NAME\n"
            "blockplan propose undo PLAN NAME",
            "code",
        )
        yield Term(f"{before.plan}, {before.scenario}", before.content_hash)

    @property
    def answer(self) -> SearchAnswer:
        """What the search handed over."""
        return self.proposal.answer

    # Head

    @property
    def kind(self) -> str:
        """The kind of proposal in words."""
        return self.words.or_else(f"kind.{self.answer.kind}", self.answer.kind)

    def name(self, column: ComparedColumn) -> str:
        """The plan before, or the plan after."""
        return self.words(f"column.{column.id}")

    def what(self, column: ComparedColumn) -> str:
        """What a column is."""
        given = super().what(column)
        return given if column.id == BEFORE else self.kind

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The head: what is proposed for which plan, by which rules, how good it is."""
        words, answer, result = self.words, self.answer, self.proposal.before
        return [
            (self.words("head.proposal"), self.kind),
            (self.words("head.scenario"), f"{result.plan}, {result.scenario}"),
            (words("head.on"), words.day(result.on)),
            (words("head.packs"), packs_said(result.packs, result.pack_titles, words)),
            (self.words("head.reached"), self.amount(answer.objective)),
            (self.words("head.bound"), self.amount(answer.bound)),
            (self.words("head.gap"), words.share(answer.gap)),
            (
                self.words("head.effort"),
                self.words("head.effort_said", seconds=words.number(answer.seconds, 1), seed=answer.seed),
            ),
        ]

    # What is proposed, and how good it is

    def amount(self, value: float | None) -> str:
        """An objective or bound with its unit."""
        return self.words.amount(value, self.answer.unit)

    @property
    def headline(self) -> str:
        """Kind and objective in a line; of uses it says of what land the hectares are."""
        answer = self.answer
        of_land = answer.kind == "landuse" and answer.objective is not None
        said = "standing.headline_landuse" if of_land else "standing.headline"
        return self.words(said, kind=self.kind, objective=self.amount(answer.objective))

    @property
    def standing(self) -> list[str]:
        """How good the proposal provably is, how the search ended, what the verdicts say."""
        answer, lines = self.answer, [self._how_good()]
        if answer.ended != "finished" and not answer.proved:
            lines.append(self.words(f"standing.{answer.ended}"))
        before, after = (self._must(column) for column in self.columns)
        if answer.objective is not None and not answer.changes:
            needed = answer.kind != "repair" or after["fail"]
            left = "nothing_helps" if answer.kind == "repair" and answer.proved else "none_found"
            lines.append(self.words(f"standing.{left if needed else 'no_change'}"))
        if answer.reasons:
            kept = [self.words.count(f"reason.{name}", count) for name, count in answer.reasons.items()]
            lines.append(self.words("standing.parcels", said=self.words.join(kept)))
        lines.append(
            self.words.join(
                [
                    self.words.count("standing.must_before", before["fail"]),
                    self.words("standing.must_after", n=self.words.number(after["fail"])),
                ]
            )
        )
        if before["unknown"] or after["unknown"]:
            counts = {
                key: self.words.number(one["unknown"]) for key, one in (("was", before), ("now", after))
            }
            lines.append(self.words("standing.must_unknown", **counts))
        return lines

    def _how_good(self) -> str:
        """What is proved, and of what; else how far it may be from the best."""
        answer = self.answer
        if answer.objective is None:
            return self.words("standing.nothing")
        if answer.proved:
            must = any(one["fail"] for one in map(self._must, self.columns))
            key = answer.kind if answer.kind != "repair" or must else "nothing_to_repair"
            short = answer.kind == "repair" and bool(self._must(self.columns[1])["fail"])
            moves = self.words.number(sum(answer.proof.moves.values()))
            return self.words("proved.repair_short" if short else f"proved.{key}", moves=moves)
        if answer.proof.against:
            return self.words(
                "standing.against", said=self.words.join(map(self._against, answer.proof.against))
            )
        if answer.bound is None:
            return self.words("standing.no_bound")
        if answer.gap is None:
            return self.words("standing.bound", bound=self.amount(answer.bound))
        return self.words("standing.gap", bound=self.amount(answer.bound), gap=self.words.share(answer.gap))

    def _against(self, reason: str) -> str:
        """What stands against a proof, with the rule that it is about by its title."""
        code, _, what = reason.partition(": ")
        if what == "0":
            code += "_none"
        titles = {one.rule: self.words.pick(one.title) for one in self.proposal.after.verdicts}
        said = self.words.or_else(f"against.{code}", "")
        return said.format(what=titles.get(what.partition(" ")[0], what)) if said else reason

    def _must(self, column: ComparedColumn) -> dict[str, int]:
        """How many ``must`` verdicts come out how."""
        outcomes = [one.outcome for one in column.result.verdicts if one.force == "must"]
        return {name: outcomes.count(name) for name in ("pass", "fail", "unknown")}

    @property
    def figure_heads(self) -> list[str]:
        """Heads of the table of figures."""
        return ["", self.words("column.before"), self.words("column.after")]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """What the proposal means in plain numbers: name, before, after (alone where there is no before)."""
        rows: dict[str, dict[str, str]] = {}
        for name, value in self.answer.figures.items():
            stem, when = figure_name(name)
            label, shown = figure_said(self.words, stem, value)
            rows.setdefault(label, {})[when] = shown
        return [(label, said.get(BEFORE, ""), said.get(AFTER, "")) for label, said in rows.items()]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What was asked for: names end in their unit."""
        return [(name, self._parameter(value)) for name, value in self.answer.parameters.items()]

    def _parameter(self, value: Any) -> str:
        if isinstance(value, dict):
            return self.words.join(f"{key} {self._parameter(item)}" for key, item in value.items())
        if isinstance(value, list | tuple | set | frozenset):
            return self.words.join(map(self._parameter, value)) or self.words("value.none")
        if value is None:
            return self.words("value.none")
        return self.value(value)

    @property
    def unmet(self) -> list[str]:
        """Demands that stay unmet, each with its amount."""
        return [
            self.words(f"unmet.line_{'unknown' if one.unknown else 'without'}", demand=self._demand(one))
            if one.amount is None
            else self.words(
                "unmet.line_over" if one.over else "unmet.line",
                demand=one.said(self.words.lang),
                amount=self.words.amount(one.amount, one.unit),
            )
            for one in self.answer.unmet
        ]

    def _demand(self, one: Unmet) -> str:
        """A demand, and what is missing where it cannot be judged."""
        lacks = missing_words(one.missing, self.words, codes=False)
        said = one.said(self.words.lang)
        return f"{said}{self.words('list.colon')}{self.words('list.clauses').join(lacks)}" if lacks else said

    # Changes

    @property
    def feature_heads(self) -> list[str]:
        """Heads of the table of changes."""
        return [self.words(f"column.{key}") for key in ("number", "layer", "id", "where", "change")]

    @cached_property
    def features(self) -> list[Feature]:
        """Each feature that is touched, in the order of the changes, numbered as on the maps."""
        order = dict.fromkeys((one.layer, one.id) for one in self.answer.changes)
        found = {(one.layer, one.id): one for one in self.found.changes if not _only_drawn(one)}
        return [
            Feature(str(number), self._layer(layer), id_, self._where(layer, id_), self.said(change), change)
            for number, ((layer, id_), change) in enumerate(
                ((key, found[key]) for key in order if key in found), 1
            )
        ]

    def _layer(self, layer: str) -> str:
        return self.words.or_else(f"layer.{layer}", layer)

    def _where(self, layer: str, id_: str) -> str:
        """The area that a feature lies in; else its parcel; else nothing."""
        plan = (
            self.proposal.changed if id_ in self.proposal.changed.layer(layer).index else self.proposal.plan
        )
        frame = plan.layer(layer)
        shape = frame.geometry.get(id_) if "geometry" in frame else None
        areas = plan.layer("areas")
        if shape is not None and not shape.is_empty and len(areas):
            point = shape.representative_point()
            inside = areas.geometry.contains(point)
            if inside.any():
                return str(
                    self.atlas.ground.names("areas")[inside.to_numpy()].iloc[0] or areas.index[inside][0]
                )
        return str(frame["parcel_id"][id_] or "") if layer != "parcels" and "parcel_id" in frame else ""

    def said(self, change: RowChange) -> str:
        """What becomes of a feature: its uses by name, its figures before and after."""
        names = {name for name, _, _ in change.fields}
        hidden = HANGS_ON_USE if "land_use" in names else frozenset()
        fields = [self._field(change, *field) for field in change.fields if field[0] not in hidden]
        told = [field for field in fields if field]
        if change.layer == "parcels" and "land_use" in names:
            told.insert(1, self._area_of(change.id))
        if change.kind == "added":
            return self.words.join([self.words("feature.new"), *told])
        return self.words("feature.gone") if change.kind == "removed" else self.words.join(told)

    def _area_of(self, parcel: str) -> str:
        """The drawn area of a parcel."""
        plan = self.proposal.changed
        if parcel not in plan.layer("parcels").index:
            plan = self.proposal.plan
        shape = plan.layer("parcels").geometry[[parcel]].iloc[0]
        return self.words.unknown if shape is None else self.ha(shape.area / M2_PER_HA)

    def _field(self, change: RowChange, name: str, old: Any, new: Any) -> str:
        if name == LAYERS[change.layer].id_column:
            return ""
        if change.kind == "added" and name in HANDED_ON:
            return ""
        was, now = (self._named(name, value) for value in (old, new))
        if change.kind != "changed":
            return f"{self.words.or_else(f'field.{name}', name)} {now}"
        moved = self.words("feature.to", was=was, now=now)
        return moved if name == "land_use" else f"{self.words.or_else(f'field.{name}', name)} {moved}"

    def _named(self, name: str, value: Any) -> str:
        if name == "land_use" and isinstance(value, str):
            return self.use(TransitionUse(DEFAULT_LIST, value))
        if name == "service" and isinstance(value, str):
            return self.words.or_else(f"service.{value}", value)
        return self.value(value)

    # Verdicts that flip

    @property
    def flip_heads(self) -> list[str]:
        """Heads of the table of verdicts that turn."""
        return ["", self.words("column.rule"), self.words("column.before"), self.words("column.after")]

    @property
    def flips(self) -> list[tuple[str, str, str, str]]:
        """Verdicts that come out otherwise: sign, rule, before, after."""
        return [(sign, f"{rule} {title}", was, now) for sign, rule, title, was, now in self.turned]

    @property
    def turned(self) -> list[tuple[str, str, str, str, str]]:
        """The same with the rule and its title, which says on what it was judged, apart."""
        rows = []
        for row in self.verdicts:
            cells = [self.cell(row, at) for at in range(2)]
            if cells[1]["kind"]:
                before, after = (" ".join(filter(None, (cell["said"], cell["measured"]))) for cell in cells)
                title = " ".join(filter(None, (self.words.pick(row.first.title), self.scope(row))))
                rows.append((SIGNS[cells[1]["kind"]], row.first.rule, title, before, after))
        return rows

    # Maps

    @cached_property
    def plates(self) -> Plates:
        """Maps before and after."""
        from blockplan.report.proposal.maps import Plates  # noqa: PLC0415 (a terminal draws no maps)

        numbers = {(one.change.layer, one.id): one.number for one in self.features}
        plans = (self.proposal.plan, self.proposal.changed)
        return Plates(self.atlas.ground, *plans, numbers, self.words, close=self.answer.kind == "layout")


DOCUMENT, CHANGES, PAGE = "proposal.json", "changes.csv", "proposal.html"
COLUMNS = ("layer", "id", "column", "old", "new")


def write_proposal(proposal: Proposal, folder: Path | str, lang: str = DEFAULT_LANGUAGE) -> list[Path]:
    """
    Write a proposal into a folder: JSON, a table of the changes, a page with maps.

    Raises
    ------
    UsageError
        If there is no such language, or the folder cannot be written.
    """
    from blockplan.report.renderers import render  # noqa: PLC0415 (templates are loaded when a page is made)

    files = {
        DOCUMENT: (jsontext.document(proposal.to_dict(lang)) + "\n").encode("utf-8"),
        CHANGES: csv_bytes(COLUMNS, map(attrgetter(*COLUMNS), proposal.answer.changes)),
        PAGE: render(proposal_document(proposal, lang), ".html"),
    }
    try:
        with writing_folder(folder) as place:
            for name, data in files.items():
                (place / name).write_bytes(data)
    except PlanDataError as error:
        raise UsageError(str(error)) from error
    return [Path(folder) / name for name in files]
