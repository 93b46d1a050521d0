"""``blockplan propose layout --pareto``: a set of layouts, told, drawn, and one of them picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import show_table
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.search.drawing import DrawnLayout
    from blockplan.propose.layout.search.pareto import LayoutSet
    from blockplan.propose.stopping import Stop


def set_of(case: Case, given: dict[str, Any], stop: Stop, params: LayoutParams) -> tuple[LayoutSet, int]:
    """
    The set that was asked for, and the number, from 0, of the layout that is picked.

    Raises
    ------
    UsageError
        If the set has no layout of the number that was asked for.
    """
    from blockplan.propose.layout.search.pareto import layout_set

    found = layout_set(case, given["pareto"], stop=stop, seed=given["seed"], params=params)
    picked = given["pick"] - 1 if given["pick"] else found.balanced()
    if picked >= len(found.points):
        raise UsageError(f"The set has {len(found.points)} layouts, so there is no number {picked + 1}.")
    return found, picked


def told_bound(found: LayoutSet, picked: int, case: Case) -> DrawnLayout:
    """The layout that is picked, with the bound of its score: that of both parts together."""
    from dataclasses import replace

    drawn, aims = found.points[picked].drawn, case.objectives
    land_use = aims.service * found.service + aims.ecology * found.ecology
    told = drawn.score
    return replace(drawn, bound=land_use + told.total - told.land_use, seconds=found.seconds)


def show_set(found: LayoutSet, picked: int, lang: str) -> None:
    """The set as a table."""
    from blockplan.report.proposal.words import CATALOG

    heads = [CATALOG(f"set.{key}", lang) for key in ("number", "service_head", "ecology_head", "total")]
    rows = [
        [str(number), f"{one.service:.4f}", f"{one.ecology:.4f}", f"{one.drawn.score.total:.4f}"]
        for number, one in enumerate(found.points, 1)
    ]
    show_table(heads, rows)
    click.echo(CATALOG("set.picked", lang, number=picked + 1))


def write_set(found: LayoutSet, picked: int, case: Case, path: Path, lang: str) -> None:
    """Write the picture of a set."""
    import numpy as np

    from blockplan.report.proposal.layout_set import picture

    initial = case.initial
    stays = initial.ids[(initial.kinds == "block") & ~np.isin(initial.ids, case.vacant_ids)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(found, picked, stays, lang), encoding="utf-8")
    click.echo(f"written: {path}", err=True)
