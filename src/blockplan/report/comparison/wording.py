"""
What is said of a comparison, on pages and on a terminal.

What differs is told by a sign and a word, not by colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from blockplan.compare.changes import Size
from blockplan.compare.columns import SAME_VALUE
from blockplan.compare.side_by_side import drawn_ha
from blockplan.figures import fixed, is_known
from blockplan.measure.measurement import figure_unit
from blockplan.plan import BASE, landuse
from blockplan.plan.model.codes import LISTS
from blockplan.propose.takeover import DOCUMENT
from blockplan.report import tables
from blockplan.report.comparison.lists import CATALOG, flip, goal
from blockplan.report.grouping import packs_said
from blockplan.report.view import ha_decimals

if TYPE_CHECKING:
    from typing import Any

    from blockplan.check.verdict import Verdict
    from blockplan.compare import ComparedColumn, Comparison, Pair
    from blockplan.compare.changes import RowChange
    from blockplan.compare.columns import ComparedVerdict, MeasureRow
    from blockplan.compare.transition import TransitionUse
    from blockplan.report.comparison.maps import ComparisonMaps
    from blockplan.report.words import Words
    from blockplan.texts import Catalog

#: The object of a rule on every block, circle ... of which the plan has none.
EVERY = "*"
#: The sign of what a verdict turns into.
SIGNS = {"worse": "▼", "better": "▲", "other": "◆"}


def _short(id_: str) -> str:
    """The last part of a path; of a proposal's file, which are all called alike, that of its folder."""
    path = Path(id_)
    return (path.parent.name if path.name == DOCUMENT else path.name) or id_


@dataclass
class ComparisonWords:
    """What is said of a comparison, in the language of `words`; it computes no figure."""

    found: Comparison
    words: Words

    #: Words that come before those of all reports.
    catalogs: ClassVar[tuple[Catalog, ...]] = (CATALOG,)

    def __post_init__(self) -> None:
        self.words = self.words.on(*self.catalogs)

    @property
    def columns(self) -> tuple[ComparedColumn, ...]:
        """What is compared."""
        return self.found.columns

    @property
    def first(self) -> ComparedColumn:
        """The column that the others are compared with."""
        return self.found.columns[0]

    @property
    def title(self) -> str:
        """The title of the first plan."""
        manifest = self.first.plan.manifest
        return self.words.pick(manifest.title) or manifest.id

    @property
    def synthetic(self) -> bool:
        """Whether the geometry of one of the plans is invented."""
        return any(column.plan.manifest.synthetic for column in self.columns)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The head: what was compared, by which rules, of which day."""
        words, days = self.words, dict.fromkeys(column.result.on for column in self.columns)
        packs = list(dict.fromkeys(pack for column in self.columns for pack in column.result.packs))
        titles = {id_: said for column in self.columns for id_, said in column.result.pack_titles.items()}
        return [
            (self.words("head.compared"), words.join(self.name(column) for column in self.columns)),
            (self.words("head.first"), self.name(self.first)),
            (words("head.on"), words.join(words.day(day) for day in days)),
            (words("head.packs"), packs_said(packs, titles, words)),
        ]

    def name(self, column: ComparedColumn) -> str:
        """What a column is called: the scenario, or the last part of the path of another plan."""
        return self._names[column.id]

    @cached_property
    def _names(self) -> dict[str, str]:
        short = {column.id: _short(column.id) for column in self.columns}
        called = list(short.values())
        # Two plans in folders of one name are told apart by their paths.
        return {id_: name if called.count(name) == 1 else id_ for id_, name in short.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(map(self.name, self.columns))

    def against(self, pair: Pair) -> str:
        """Which two columns a pair is."""
        return self.words("summary.against", name=self.name_of(pair.column), first=self.name(self.first))

    def name_of(self, id_: str) -> str:
        """What the column with an id is called."""
        return next((self.name(column) for column in self.columns if column.id == id_), id_)

    def what(self, column: ComparedColumn) -> str:
        """What a scenario is, as the plan says."""
        name = column.plan.scenario
        given = column.plan.manifest.scenario_titles_in(self.words.lang).get(name)
        return self.words("head.base") if name == BASE else given or tables.DASH

    # Summary and columns

    def summary(self, pair: Pair) -> tuple[str, ...]:
        """How a column differs from the first, in short sentences."""
        at = self.at(pair.column)
        kinds = [flip(row.verdicts[0], row.verdicts[at]) for row in self.verdicts]
        said = [
            f"{sign} {self.words.count(f'summary.{kind}', kinds.count(kind))}"
            for kind, sign in SIGNS.items()
            if kind in kinds
        ] or [self.words("summary.no_flip")]
        changed = sum(1 for change in self.found.changes if change.column == pair.column)
        rows = self.words.count("summary.rows", changed) if changed else self.words("summary.rows_same")
        return (*said, self._more_people(at), self._more_land(pair), rows)

    def _more_people(self, at: int) -> str:
        old, new = self.first.result.residents.central, self.columns[at].result.residents.central
        if not is_known(old) or not is_known(new):
            return self.words("summary.residents_unknown")
        if old == new:
            return self.words("summary.residents_same")
        amount = ("+" if new > old else "−") + self.words.number(abs(new - old))
        return self.words("summary.residents", amount=amount)

    def _more_land(self, pair: Pair) -> str:
        ha = sum(ha for (was, now), ha in pair.land.ha.items() if was != now)
        return self.words("summary.land", ha=self.ha(ha)) if ha else self.words("summary.land_same")

    def at(self, id_: str) -> int:
        """The place of a column."""
        return next(at for at, column in enumerate(self.columns) if column.id == id_)

    @cached_property
    def column_rows(self) -> tuple[tuple[str, ...], ...]:
        """Residents, capacity, exit code and the rest, one value a column."""
        words = self.words
        rows = {
            "what": [self.what(column) for column in self.columns],
            "residents": [self._residents(column) for column in self.columns],
            "capacity": [words.number(column.result.capacity.residents) for column in self.columns],
            "binding": [self._binding(column) for column in self.columns],
            "verdicts": [self._counts(column) for column in self.columns],
            "exit": [self._exit(column) for column in self.columns],
            "drawn": [self.ha(self._drawn(column)) for column in self.columns],
        }
        plans = {column.plan.manifest.id for column in self.columns}
        if len(plans) > 1:
            titles = [words.pick(c.plan.manifest.title) or c.plan.manifest.id for c in self.columns]
            rows = {"plan": titles, **rows}
        return tuple((words(f"row.{key}"), *cells) for key, cells in rows.items())

    def _residents(self, column: ComparedColumn) -> str:
        people, words = column.result.residents, self.words
        said = words.number(people.central)
        if not is_known(people.low) or not is_known(people.high) or people.low == people.high:
            return said
        note = self.words("row.range", low=words.number(people.low), high=words.number(people.high))
        return words("list.note", said=said, note=note)

    def _binding(self, column: ComparedColumn) -> str:
        rule = column.result.capacity.binding_rule
        if rule is None:
            return tables.DASH
        titles = [verdict.title for verdict in column.result.verdicts if verdict.rule == rule]
        return self.words.pick(titles[0]) if titles else rule

    def _counts(self, column: ComparedColumn) -> str:
        outcomes = [verdict.outcome for verdict in column.result.verdicts]
        return self.words.join(
            f"{sign}{self.words.space}{self.words.number(outcomes.count(outcome))}"
            for outcome, sign in tables.SYMBOLS.items()
            if outcome in outcomes
        )

    def _exit(self, column: ComparedColumn) -> str:
        code = column.result.exit_code
        return self.words("list.note", said=str(code), note=self.words(f"exit.{code}"))

    @staticmethod
    def _drawn(column: ComparedColumn) -> float:
        return drawn_ha(column.plan)

    def ha(self, value: float) -> str:
        """Hectares as the tables of the first plan write them; what is less is not written as nothing."""
        if 0 < abs(value) < float(self._least_ha) / 2:
            return f"< {self.words.with_unit(self._least_ha, 'ha')}"
        return self.words.with_unit(self.words.number(value, self._ha_decimals), "ha")

    @cached_property
    def _ha_decimals(self) -> int:
        return ha_decimals(self.first.plan)

    @property
    def _least_ha(self) -> str:
        return fixed(10.0**-self._ha_decimals, self._ha_decimals)

    # Verdicts and measures

    @cached_property
    def verdicts(self) -> list[ComparedVerdict]:
        """One row a rule and object."""
        return self.found.verdict_rows()

    def scope(self, row: ComparedVerdict) -> str:
        """The object a rule was judged on, where it is not the whole plan."""
        first = row.first
        if first.scope_kind == "plan" or first.scope_id == self.first.plan.manifest.id:
            return ""
        kind = self.words.or_else(f"scope.{first.scope_kind}", first.scope_kind)
        return kind if first.scope_id == EVERY else f"{kind} {first.scope_id}"

    def verdict_title(self, row: ComparedVerdict) -> str:
        """The title of a row, set apart from the object that was judged."""
        return " | ".join(filter(None, (tables.title(row.first, self.words), self.scope(row))))

    def one_required(self, row: ComparedVerdict) -> str:
        """What the rule asks, if it asks the same in every column; else ""."""
        asked = {tables.required(verdict, self.words) for verdict in row.verdicts if verdict is not None}
        return asked.pop() if len(asked) == 1 else ""

    def cell(self, row: ComparedVerdict, at: int) -> dict[str, Any]:
        """A verdict in one column: outcome, value, margin, what flips."""
        verdict, words = row.verdicts[at], self.words
        kind = flip(row.verdicts[0], verdict) if at else ""
        if verdict is None:
            said = {"outcome": "not_applicable", "said": self.words("flip.absent"), "measured": ""}
            notes = [self.words("flip.absent_note")]
        else:
            said = {
                "outcome": verdict.outcome,
                "said": tables.outcome_said(verdict.outcome, words),
                "measured": tables.measured(verdict, words),
            }
            notes = self._notes(verdict, asks=not self.one_required(row))
        mark = f"{SIGNS[kind]} {self.words(f'flip.{kind}')}" if kind else ""
        return {**said, "notes": notes, "mark": mark, "kind": kind}

    def _notes(self, verdict: Verdict, *, asks: bool) -> list[str]:
        words = self.words
        notes = [self.words("flip.asks", required=tables.required(verdict, words))] if asks else []
        if verdict.outcome in {"pass", "fail"} and is_known(verdict.margin):
            notes.append(self.words("flip.margin", amount=tables.margin_said(verdict, words)))
        if verdict.outcome == "unknown" and verdict.missing:
            first, *rest = tables.missing_words(verdict.missing, words)
            more = len(rest)
            said = words.join([first, words("list.more", n=words.number(more))] if more else [first])
            notes.append(self.words("flip.missing", said=said))
        if verdict.outcome == "fail" and is_known(verdict.affected_residents):
            notes.append(self.words.count("flip.affected", verdict.affected_residents))
        elif verdict.outcome == "fail" and verdict.where:
            notes.append(self.words.count("flip.affected_places", len(verdict.where)))
        return notes

    @cached_property
    def measures(self) -> list[MeasureRow]:
        """One row a measure."""
        return self.found.measure_rows()

    def measure_note(self, row: MeasureRow) -> str:
        """The id of a measure; where it has several rows, the rules that tell them apart."""
        id_ = row.first.id
        if sum(other.first.id == id_ for other in self.measures) == 1:
            return "" if self.measure_title(row) == id_ else id_
        return " | ".join((id_, self.words.join(row.rules)))

    def measure_title(self, row: MeasureRow) -> str:
        """The name of a measure, with the object it was taken of."""
        title = self.words.pick(row.first.title) or tables.measure_words(row.first.id, self.words)[0]
        return self.words("list.note", said=title, note=row.scope[1]) if row.scope else title

    def measure_cell(self, row: MeasureRow, at: int) -> dict[str, str]:
        """The value in one column, and how far it lies from the first."""
        one, base, words = row.measurements[at], row.measurements[0], self.words
        if one is None:
            return {"value": tables.DASH, "gap": "", "note": ""}
        note = self.words("measure.doubt") if at in row.doubted else ""
        gap = ""
        if at and base is not None and is_known(one.value) and is_known(base.value):
            same = math.isclose(one.value, base.value, rel_tol=SAME_VALUE)
            gap = "" if same else self.words.signed(one.value - base.value, figure_unit(one))
        return {"value": words.rate(one.value, figure_unit(one), one.per), "gap": gap, "note": note}

    # Land

    def use(self, use: TransitionUse | None) -> str:
        """A use of land by code and name."""
        if use is None:
            return self.words("land.not_drawn")
        if use.code is None:
            return self.words("land.unstated")
        known = use.list_name in LISTS and landuse(use.list_name).known(use.code)
        return f"{use.code} {landuse(use.list_name).label(use.code, self.words.lang)}" if known else use.code

    def area(self, ha: float | None) -> str:
        """A cell of the matrix: hectares, nothing where no land goes that way."""
        if not ha:
            return ""
        return f"< {self._least_ha}" if ha < float(self._least_ha) / 2 else fixed(ha, self._ha_decimals)

    # Who gains, and what changed

    def gains(self, pair: Pair) -> list[tuple[str, ...]]:
        """What is nearer or farther: name, residents nearer, farther, as before, mean before and after."""
        words = self.words
        return [
            (
                goal(one.to, words),
                *map(words.number, (one.nearer, one.farther, one.same)),
                *(words.amount(value, "m") for value in (one.old_m, one.new_m)),
            )
            for one in pair.gains
        ]

    def changes(self, pair: Pair) -> dict[str, list[RowChange]]:
        """Layer in words, with how many, and its changes."""
        layers: dict[str, list[RowChange]] = {}
        for change in self.found.changes:
            if change.column == pair.column:
                layers.setdefault(change.layer, []).append(change)
        return {
            self.words(
                "change.layer",
                layer=self.words.or_else(f"layer.{layer}", layer),
                n=self.words.number(len(rows)),
            ): rows
            for layer, rows in layers.items()
        }

    def value(self, value: Any) -> str:
        """A value of the plan's data as it stands there; numbers written as people write them."""
        if value is None:
            return self.words("change.empty")
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Size):
            return self.words.with_unit(fixed(value.value, 1), value.unit)
        return self.words.number(value) if isinstance(value, int | float) else str(value)

    # Maps

    @cached_property
    def atlas(self) -> ComparisonMaps:
        """The maps."""
        from blockplan.report.comparison.maps import ComparisonMaps  # noqa: PLC0415 (a terminal draws no maps)

        return ComparisonMaps(self.found, self.words)
