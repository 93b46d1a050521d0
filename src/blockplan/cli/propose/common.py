"""
What the commands of ``propose`` share: options, the plan with its locks, progress, the end.

A command reads `asked`, calls its search inside `searching`, and hands the answer to `finish`, which
judges the plan before and after, writes ``--out`` and shows the proposal.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli import command_began
from blockplan.cli.common import (
    json_option,
    lang_option,
    load,
    on_option,
    pack_option,
    progress,
    scenario_option,
    show_json,
    show_table,
    together,
)
from blockplan.cli.flags import with_flags
from blockplan.figures import number, share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.propose import Incumbent, Proposal, SearchAnswer
    from blockplan.propose.locks import Locks
    from blockplan.report.proposal.page import ProposalWords

#: Where stderr is no terminal a line of progress is written this often, beginning after as long.
LINE_EVERY_S = 5.0
#: Maps of a proposal take about so long, in s of a machine that does nothing else; and words on a terminal.
DRAWING_S = 2.0
SHOWING_S = 0.3
#: A search is given at least this part of the time; the whole command may pass it by a part of it.
LEAST_SHARE, MORE = 0.05, 0.1
#: A machine is taken to be no more crowded than this: a stall in the beginning says little of what follows.
MOST_CROWDED = 4.0
#: Under this name a command keeps how long its search took, s.
SEARCHED = "blockplan.propose.searched"
#: So many changes are listed on a terminal; all of them stand in the files.
SHOWN_CHANGES = 40


@dataclass(frozen=True, slots=True)
class ProposalOptions:
    """What was asked of a proposal, the same for every kind."""

    path: str
    plan: Plan
    locks: Locks
    packs: tuple[str, ...] | None
    on: dt.date | None
    seconds: float
    seed: int
    gap: float
    lang: str
    out: str | None
    as_json: bool
    began: float = field(default_factory=command_began)

    def left(self, judged_s: float) -> float:
        """
        Seconds that a search may take, so that the whole command ends in time: judging comes once more.

        `judged_s` is how long judging the plan took. A twentieth of the time is left in any case, and
        `tell_if_late` says where the command takes longer for it.
        """
        spent = time.perf_counter() - self.began
        rest = judged_s + crowded(spent) * (SHOWING_S + (DRAWING_S if self.out else 0.0))
        return max(LEAST_SHARE * self.seconds, self.seconds - spent - rest)


def crowded(spent: float) -> float:
    """How many times longer all takes than alone on the machine, by the `spent` seconds of the command."""
    worked = time.process_time()
    return min(max(1.0, spent / worked), MOST_CROWDED) if worked else 1.0


def tell_if_late(seconds: float, began: float, searched: float | None) -> None:
    """
    Say on stderr where a command took longer than it was given, and that its search is not to blame.

    `searched` is None where it ended before any search.
    """
    took = time.perf_counter() - began
    if took <= (1 + MORE) * seconds:
        return
    said = f"--seconds {seconds:g} were not enough: the command took {took:.1f} s"
    if searched is None:
        click.echo(f"{said}; starting, reading and judging took them.", err=True)
        return
    rest = "starting, reading, judging and telling took the others"
    click.echo(f"{said}, of which its search had {searched:.1f} s; {rest}.", err=True)


#: The options that every proposal has; a command takes them as ``**given``.
proposal_options = together(
    scenario_option,
    pack_option,
    on_option,
    click.option(
        "--lock", "locked", multiple=True, metavar="LAYER:ID|LAYER|FILE",
        help="Leave this as it is: a feature, a layer, or a file of them. Committed parcels always stay.",
    ),
    click.option("--seconds", type=click.FloatRange(min=0.0, min_open=True), default=60.0,
                 show_default=True, help="Wall-clock seconds for the whole command, judging included."),
    click.option("--gap", type=click.FloatRange(0.0, 1.0), default=0.0, show_default=True,
                 help="Relative gap that is good enough, 0.01 for 1 %; 0 asks for proof."),
    click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
                 help="The same seed gives the same proposal."),
    lang_option,
    click.option("--out", type=click.Path(file_okay=False),
                 help="Write proposal.json, changes.csv and proposal.html (with maps) into this folder."),
    json_option,
)  # fmt: skip


def asked(path: str, given: dict[str, Any]) -> ProposalOptions:
    """The plan at a path with its locks, and the shared options out of those that a command was given."""
    from blockplan.propose.locks import read_locks

    began = command_began()
    context = click.get_current_context()
    # However the command ends: one that refuses is held to its time as well.
    context.call_on_close(lambda: tell_if_late(given["seconds"], began, context.meta.get(SEARCHED)))
    plan = load(path, given["scenario"])
    locks = read_locks(plan, given["locked"])
    packs = tuple(given["packs"]) or None
    shared = {key: given[key] for key in ("on", "seconds", "seed", "gap", "lang", "out", "as_json")}
    return ProposalOptions(path, plan, locks, packs, **shared, began=began)


def judged(asked: ProposalOptions) -> tuple[CheckResult, float]:
    """The plan judged as it is, and how long that took, in s."""
    from blockplan.check import check

    began = time.perf_counter()
    with progress("Judging the plan as it is"):
        return check(asked.plan, asked.packs, asked.on), time.perf_counter() - began


@contextmanager
def searching(said: str) -> Iterator[Callable[[Incumbent], None]]:
    """
    Show a search at work on stderr, and let the first Ctrl-C end it with its best so far.

    Gives what `Stop.tell` wants: it shows seconds, objective, bound and gap of each incumbent.
    """
    from blockplan.propose import interruptible

    with interruptible(), progress(said) as step:
        last = time.perf_counter()

        def tell(found: Incumbent) -> None:
            nonlocal last
            line = f"{said}: {incumbent_line(found)}"
            step(line)
            if not sys.stderr.isatty() and time.perf_counter() - last >= LINE_EVERY_S:
                last = time.perf_counter()
                click.echo(line, err=True)

        yield tell


def incumbent_line(found: Incumbent) -> str:
    """
    An incumbent in a line.

    Examples
    --------
    >>> from blockplan.propose import Incumbent
    >>> incumbent_line(Incumbent(2.0, 12.0, 9.0)), incumbent_line(Incumbent(0.5, None, 9.0))
    ('2.0 s, best 12, bound 9, gap 25%', '0.5 s, best not yet, bound 9')
    """
    from blockplan.propose.sites import gap

    best = "not yet" if found.objective is None else number(found.objective)
    bound = "not known" if found.bound is None else number(found.bound)
    line = f"{found.seconds:.1f} s, best {best}, bound {bound}"
    if found.objective is not None and found.bound is not None:
        line += f", gap {share(gap(found.objective, found.bound))}"
    return line + (f" ({found.said})" if found.said else "")


def finish(asked: ProposalOptions, answer: SearchAnswer, before: CheckResult | None = None) -> Proposal:
    """Judge the plan before and after, write ``--out``, and show the proposal."""
    from blockplan.propose import conclude
    from blockplan.report.proposal.page import ProposalWords, write_proposal
    from blockplan.report.words import Words

    with progress("Judging before and after") as step:
        proposal = conclude(asked.plan, answer, asked.packs, asked.on, before=before)
        if asked.out:
            step("Drawing the maps")
            written = write_proposal(proposal, Path(asked.out), asked.lang)
    if asked.as_json:
        show_json(proposal.to_dict(asked.lang))
    else:
        _show(ProposalWords.of(proposal, Words(asked.lang)), asked)
    if asked.out:
        click.echo("\n".join(map(str, written)), err=True)
    click.get_current_context().meta[SEARCHED] = answer.seconds
    return proposal


def leave(proposal: Proposal) -> None:
    """Leave with 1 while a ``must`` rule fails after the proposal, or cannot be judged only since."""
    click.get_current_context().exit(proposal.exit_code)


def _show(view: ProposalWords, asked: ProposalOptions) -> None:
    """The proposal on a terminal: what it reaches, what it changes, what flips, what stays unmet."""
    click.echo(view.headline)
    for line in view.standing:
        click.echo(line)
    if view.figures:
        click.echo()
        show_table(view.figure_heads, view.figures)
    if view.features:
        click.echo()
        rows = [(one.number, one.layer, one.id, one.where, one.said) for one in view.features]
        show_table(view.feature_heads, rows[:SHOWN_CHANGES])
        if len(rows) > SHOWN_CHANGES:
            click.echo(with_flags(view.words("terminal.more", n=len(rows) - SHOWN_CHANGES)))
    if view.flips:
        click.echo()
        show_table(view.flip_heads, view.flips)
    for line in view.unmet:
        click.echo(line)
    if view.features:
        click.echo()
        source = f"{asked.out}/proposal.json" if asked.out else "PROPOSAL.json"
        click.echo(view.words("terminal.take_over", plan=asked.path, proposal=source))
