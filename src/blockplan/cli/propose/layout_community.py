"""
``blockplan propose layout`` on a community in the benchmark format.

With ``--pareto`` a set of layouts is told and drawn, and one of them picked; of a plan likewise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from blockplan.cli import command_began
from blockplan.cli.common import progress, show_json, show_table
from blockplan.cli.flags import with_flags
from blockplan.cli.propose.common import tell_if_late
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.search.drawing import DrawnLayout
    from blockplan.propose.layout.search.pareto import LayoutSet
    from blockplan.propose.layout.search.replan import Again
    from blockplan.propose.proposal import Unmet
    from blockplan.propose.stopping import Incumbent, Stop


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
    click.echo(with_flags(CATALOG("set.picked", lang, number=picked + 1)))


def write_set(found: LayoutSet, picked: int, case: Case, path: Path, lang: str) -> None:
    """Write the picture of a set."""
    import numpy as np

    from blockplan.report.proposal.layout_set import picture

    initial = case.initial
    stays = initial.ids[(initial.kinds == "block") & ~np.isin(initial.ids, case.vacant_ids)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(found, picked, stays, lang), encoding="utf-8")
    click.echo(f"written: {path}", err=True)


#: A search after an edit works so long where nothing else is asked for.
SECONDS_OF_AN_EDIT = 8.0


def of_community(initial: str, objectives: str, given: dict[str, Any]) -> None:
    """Lay out the vacant blocks of a community, and write the finished plan."""
    from blockplan.exchange.community import read_community, read_objectives, write_community
    from blockplan.propose.layout.output.answer import document, unmet_of
    from blockplan.propose.layout.problem.case import by_residents, layout_case
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.search.drawing import layout
    from blockplan.propose.stopping import Stop, interruptible

    out = given["out"]
    if not out:
        raise UsageError("Say where the finished plan goes: --out FILE.geojson.")
    case = layout_case(read_community(initial), read_objectives(objectives), _ids(given["locked"]))
    if given["weigh_by"] == "residents":
        case = by_residents(case, given["floor_per_person"])
    # By area a hectare counts as a block does otherwise; only the proportion matters.
    each, a_m2 = (0.0, 1e-4) if given["weigh_by"] == "area" else (1.0, 0.0)
    asked = {"along_streets": given["streets"], "home_weight": each, "home_weight_m2": a_m2}
    stop = Stop(seconds=given["seconds"], tell=_tell, began=command_began())
    again = several = None
    with progress("Drawing parcels"), interruptible():
        if given["earlier"]:
            again = _again(case, given, stop, asked)
            found = again.drawn
        elif given["pareto"]:
            several, picked = set_of(case, given, stop, LayoutParams(**asked))
            found = told_bound(several, picked, case)
        else:
            found = layout(
                case, stop=stop, seed=given["seed"], params=LayoutParams(**asked), lang=given["lang"]
            )
    write_community(found.plan, Path(out))
    told = document(case, found) | ({} if again is None else {"again": again.to_dict()})
    if several is not None:
        told["pareto"] = several.to_dict(picked)
        for number, one in enumerate(several.points, 1):
            write_community(one.drawn.plan, _numbered(Path(out), number))
        write_set(several, picked, case, Path(out).with_suffix(".svg"), given["lang"])
    tell_if_late(given["seconds"], command_began(), found.seconds)
    if given["as_json"]:
        show_json(told)
        return
    _show(found, told, unmet_of(found, case), given["lang"])
    if several is not None:
        show_set(several, picked, given["lang"])
    click.echo(f"written: {out}", err=True)


def _numbered(out: Path, number: int) -> Path:
    return out.with_name(f"{out.stem}-{number}{out.suffix}")


def _again(case: Case, given: dict[str, Any], stop: Stop, asked: dict[str, Any]) -> Again:
    """The plan drawn again from an earlier one; without --seconds in seconds."""
    from blockplan.exchange.community import read_community
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.search.replan import plan_again, proved

    source = click.get_current_context().get_parameter_source("seconds")
    if source is ParameterSource.DEFAULT:
        stop = replace(stop, seconds=SECONDS_OF_AN_EDIT)
    params = replace(LayoutParams.of_an_edit(), **asked)
    earlier = read_community(given["earlier"])
    found = plan_again(case, earlier, anew=given["anew"], stop=stop, seed=given["seed"], params=params)
    return proved(case, found, params)


def _ids(said: tuple[str, ...]) -> list[int]:
    wrong = [one for one in said if not one.isdecimal()]
    if wrong:
        raise UsageError(f"--lock {wrong[0]}: in a community name the number of a vacant block.")
    return [int(one) for one in said]


def _tell(now: Incumbent) -> None:
    click.echo(now.said, err=True)


def _show(found: DrawnLayout, told: dict[str, Any], unmet: list[Unmet], lang: str) -> None:
    from blockplan.propose.layout.problem.uses import cannot

    parts = [[name, f"{value:.4f}"] for name, value in told["parts"].items()]
    show_table(["part", "value"], [["total", f"{found.score.total:.4f}"], *parts])
    if "again" in told:
        show_table(
            ["since the earlier plan", ""], [[name, str(value)] for name, value in told["again"].items()]
        )
    for one in unmet:
        click.echo(cannot(one, lang))
