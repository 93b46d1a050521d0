"""Several scenarios or plans judged by the same rules on the same day, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.check import check
from blockplan.compare.changes import Change, changes
from blockplan.compare.transition import Transition, transitions
from blockplan.errors import UsageError
from blockplan.plan import BASE, Plan, read, with_scenario
from blockplan.texts import DEFAULT_LANGUAGE, pick

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from blockplan.check.verdict import CheckResult, Verdict


@dataclass(frozen=True, slots=True)
class Column:
    """One thing compared: its name, the plan it shows and what the check found."""

    id: str
    plan: Plan
    result: CheckResult


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Columns side by side; the first one is what the others are compared with.

    ``transitions`` and ``changes`` name the column they belong to.
    """

    columns: tuple[Column, ...]
    transitions: tuple[Transition, ...]
    changes: tuple[Change, ...]

    def verdict_rows(self) -> list[tuple[Verdict, list[Verdict | None]]]:
        """One row a rule and scope object: the first verdict found, then one a column (None: not judged)."""
        found = [{(v.rule, v.scope_id): v for v in column.result.verdicts} for column in self.columns]
        keys = dict.fromkeys(key for verdicts in found for key in verdicts)
        rows = [[verdicts.get(key) for verdicts in found] for key in keys]
        return [(next(v for v in row if v is not None), row) for row in rows]

    def to_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The comparison as JSON writes it; see ``docs/contracts.md``."""
        return {
            "columns": [_column(column, lang) for column in self.columns],
            "verdicts": [self._verdict_row(first, row, lang) for first, row in self.verdict_rows()],
            "measures": self._measure_rows(),
            "transition_ha": [transition.to_dict() for transition in self.transitions],
            "changed": [change.to_dict() for change in self.changes],
        }

    def _verdict_row(self, first: Verdict, row: list[Verdict | None], lang: str) -> dict[str, Any]:
        value = first.required.value
        return {
            "rule": first.rule,
            "title": pick(first.title, lang),
            "scope": {"kind": first.scope_kind, "id": first.scope_id},
            "unit": first.unit,
            "required": {
                "op": first.required.op,
                "value": list(value) if isinstance(value, tuple) else value,
            },
            "force": first.force,
            "differs": len({verdict.outcome if verdict else None for verdict in row}) > 1,
            "by": [
                {
                    "column": column.id,
                    "outcome": verdict.outcome if verdict else None,
                    "measured": verdict.measured if verdict else None,
                    "margin": verdict.margin if verdict else None,
                    "affected_residents": verdict.affected_residents if verdict else None,
                }
                for column, verdict in zip(self.columns, row, strict=True)
            ],
        }

    def _measure_rows(self) -> list[dict[str, Any]]:
        found = [{m.id: m for m in _measurements(column.result)} for column in self.columns]
        names = dict.fromkeys(name for measured in found for name in measured)
        units = {name: next(measured[name].unit for measured in found if name in measured) for name in names}
        return [
            {
                "id": name,
                "unit": units[name],
                "by": [
                    {"column": column.id, "value": measured[name].value if name in measured else None}
                    for column, measured in zip(self.columns, found, strict=True)
                ],
            }
            for name in names
        ]


def compare(
    plan: Plan,
    others: Sequence[str | Path],
    packs: Sequence[str | Path] | None = None,
    on: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """
    Judge scenarios of a plan, or other plans, side by side.

    Parameters
    ----------
    plan
        The plan whose scenarios are named; also the yardstick for rules and day.
    others
        Names of scenarios (``base`` included) or folders of other plans. With two or more, the
        first is what the others are compared with; with one (or one named several times), that
        is the plan as drawn. Another plan is brought into the CRS of `plan`.
    packs, on
        As in `blockplan.check.check`; by default those of `plan`, so that every column is judged alike.
    progress
        Called with the name of each column before it is judged.

    Raises
    ------
    UsageError
        If nothing but the plan as drawn is named, a name is neither a scenario nor a plan package,
        or of two plans only one lies in a local CRS.
    """
    if not others:
        known = ", ".join((BASE, *plan.manifest.scenarios))
        raise UsageError(
            f"Name at least one scenario or plan to compare with. Scenarios of the plan: {known}."
        )
    names = list(dict.fromkeys(str(other) for other in others))
    if len(names) == 1:
        names = list(dict.fromkeys((BASE, *names)))
    if len(names) == 1:
        known = ", ".join(plan.manifest.scenarios) or "none"
        raise UsageError(
            "The plan as drawn cannot be compared with itself alone. "
            f"Name a scenario (there are: {known}) or another plan."
        )
    packs = list(plan.manifest.packs) if packs is None else packs
    columns = []
    for name in names:
        if progress is not None:
            progress(name)
        shown = _plan_named(plan, name)
        columns.append(Column(name, shown, check(shown, packs=packs, on=on or plan.manifest.drawn_on)))
    first, rest = columns[0], columns[1:]
    pairs = [(column.id, _over(first.plan, column.plan, column.id)) for column in rest]
    return Comparison(
        tuple(columns),
        tuple(row for name, other in pairs for row in transitions(name, first.plan, other)),
        tuple(row for name, other in pairs for row in changes(name, first.plan, other)),
    )


def _over(first: Plan, other: Plan, name: str) -> Plan:
    """`other` in the CRS of `first`, so that one can be laid over the other."""
    if first.crs == other.crs:
        return other
    if first.crs is None or other.crs is None:
        raise UsageError(
            f"{name} cannot be laid over plan {first.manifest.id}: the CRS of one is {other.manifest.crs}, "
            f"of the other {first.manifest.crs}. Bring both into one CRS; a local one has no place on "
            "the earth."
        )
    import geopandas as gpd  # noqa: PLC0415 (only plans in two CRS need it)

    frames = {layer: frame for layer, frame in other.layers.items() if isinstance(frame, gpd.GeoDataFrame)}
    placed = {layer: frame.set_crs(other.crs, allow_override=True) for layer, frame in frames.items()}
    return other.replace(**{layer: frame.to_crs(first.crs) for layer, frame in placed.items()})


def _plan_named(plan: Plan, name: str) -> Plan:
    if name == BASE or name in plan.manifest.scenarios:
        return with_scenario(plan.base, name)
    if Path(name).exists():
        return read(name)
    known = ", ".join((BASE, *plan.manifest.scenarios))
    raise UsageError(
        f"{name!r} is neither a scenario of plan {plan.manifest.id} nor a plan package.\n"
        f"Scenarios: {known}. A plan is named by its folder or zip."
    )


def _column(column: Column, lang: str) -> dict[str, Any]:
    residents = column.result.residents
    return {
        "id": column.id,
        "plan": column.plan.manifest.id,
        "scenario": column.plan.scenario,
        "title": pick(column.plan.manifest.title, lang),
        "on": column.result.on,
        "content_hash": column.plan.content_hash,
        "residents": {"low": residents.low, "central": residents.central, "high": residents.high},
        "capacity": column.result.capacity.residents,
        "exit_code": column.result.exit_code,
    }


def _measurements(result: CheckResult) -> list[Any]:
    judged = [verdict.measurement for verdict in result.verdicts if verdict.measurement is not None]
    unique = {measurement.id: measurement for measurement in judged if measurement.id != "area_size"}
    return [*unique.values(), *(m for m in result.reported if m.id not in unique)]
