"""``blockplan propose layout`` on a plan: options into a programme, and the answer like any proposal's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.propose.common import asked, finish, judged, leave, searching
from blockplan.cli.propose.layout_community import set_of, show_set, told_bound, write_set
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.cli.propose.common import ProposalOptions
    from blockplan.propose.layout.problem.case import Case
    from blockplan.propose.layout.problem.programme import Options
    from blockplan.propose.layout.search.pareto import LayoutSet


def of_plan(path: str, given: dict[str, Any]) -> None:
    """Lay out the vacant parcels of a plan."""
    from blockplan.propose.layout.of_plan import plan_layout
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.search.drawing import layout
    from blockplan.propose.stopping import Stop

    options = options_of(given)
    question = asked(path, {**given, "gap": 0.0})
    before, judged_s = judged(question)
    wanted = plan_layout(question.plan, before, options, question.packs, question.locks)
    case = wanted.problem.case
    click.echo(_said(wanted.problem.vacant, given["vacant"]), err=True)
    params = LayoutParams.of_plan(along_streets=given["streets"])
    parameters = {"along_streets": given["streets"]}
    several = None
    with searching("Drawing parcels") as tell:
        stop = Stop(seconds=question.left(judged_s), tell=tell)
        if given["pareto"]:
            several, picked = set_of(case, given, stop, params)
            found = told_bound(several, picked, case)
            parameters["pareto"] = several.to_dict(picked)
        else:
            found = layout(case, stop=stop, seed=question.seed, params=params, lang=question.lang)
    answer = wanted.answer(found, parameters)
    proposal = finish(question, answer, before)
    if several is not None:
        _set(question, case, several, picked)
    leave(proposal)


def _set(question: ProposalOptions, case: Case, several: LayoutSet, picked: int) -> None:
    if not question.as_json:
        click.echo()
        show_set(several, picked, question.lang)
    if question.out:
        write_set(several, picked, case, Path(question.out) / "pareto.svg", question.lang)


def _said(vacant: tuple[str, ...], named: tuple[str, ...]) -> str:
    how = "as named" if named else "undecided land, code 16 or no use"
    few = ", ".join(vacant[:5]) + (" ..." if len(vacant) > 5 else "")
    return f"vacant: {len(vacant)} parcels ({how}): {few}"


def options_of(given: dict[str, Any]) -> Options:
    """
    What was asked for, out of the words of the command line.

    Raises
    ------
    UsageError
        If one of them is not of its form; the message shows the form.
    """
    from blockplan.propose.layout.problem.programme import Options
    from blockplan.propose.layout.problem.uses import GREEN, use_of

    need = {name: _whole("--need", value) if value else None for name, value in _pairs(given["need"])}
    size = {name: _range(name, value) for name, value in _pairs(given["size"])}
    near = {name: _metres(name, value) for name, value in _pairs(given["near"])}
    for name in {*need, *size, *near} - {GREEN}:
        use_of(name)
    return Options(
        need=need,
        size=size,
        near=near,
        homes_ha=given["homes_ha"],
        left_over_green=given["left_over"] == "green",
        vacant=tuple(given["vacant"]),
        weigh_by=given["weigh_by"],
        blocks=given["blocks"],
    )


def _pairs(said: Iterable[str]) -> list[tuple[str, str]]:
    return [(name.strip(), value.strip()) for name, _, value in (one.partition("=") for one in said)]


def _whole(option: str, value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise UsageError(
            f"{option} ...={value}: give a whole number above 0, such as {option} kindergarten=2."
        )
    return int(value)


def _range(name: str, value: str) -> tuple[float, float | None]:
    low, dash, high = value.partition("-")
    numbers = [_number(one) for one in ([low, high] if dash else [low])]
    if None in numbers or 0 in numbers or (dash and numbers[1] < numbers[0]):  # type: ignore[operator]
        raise UsageError(
            f"--size {name}={value}: give m2, least and largest, such as --size {name}=5000-12000."
        )
    return numbers[0] or 0.0, numbers[1] if dash else None


def _metres(name: str, value: str) -> float:
    found = _number(value)
    if not found:
        raise UsageError(f"--near {name}={value}: give metres above 0, such as --near {name}=500.")
    return found


def _number(said: str) -> float | None:
    try:
        found = float(said)
    except ValueError:
        return None
    return found if 0 <= found < 1e9 else None
