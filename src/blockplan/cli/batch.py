"""``blockplan batch``: many plans at once."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import lang_option, on_option, pack_option, progress, show_line
from blockplan.cli.flags import with_flags
from blockplan.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from blockplan.batch import CheckLine

#: Exit code of one plan -> its sign and the words of the summary.
SAID = {
    0: ("✓", "keep every must rule"),
    1: ("×", "fail one"),
    3: ("?", "have one that is not known"),
    2: ("!", "could not be judged"),
    70: ("!", "met a fault in Blockplan"),
}

#: What is said of a plan that no `must` rule judged: nothing failed, and nothing was kept.
NOTHING_JUDGED = "had no must rule that judged anything"
OUTCOMES = {"pass": "passed", "fail": "failed", "unknown": "stayed unknown"}


@click.group(epilog="Example: blockplan batch check plans/* --workers 4 --json > verdicts.jsonl")
def command() -> None:
    """Do the same with many plans, over processes of this machine or over a cluster."""


@command.command("check", epilog="Example: blockplan batch check plans/* --pack zone --json > verdicts.jsonl")
@click.argument("plans", nargs=-1, metavar="PLANS...")
@click.option(
    "--list", "listed", metavar="FILE", help="Read more plans from FILE, one path a line; - for stdin."
)
@pack_option
@on_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes; default: one for each core. With --on-cluster: plans under way at once.",
)
@click.option(
    "--on-cluster",
    "cluster",
    metavar="ADDRESS",
    help="Address of a dask scheduler, such as tcp://10.0.0.5:8786.",
)
@lang_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as each plan is done.")
@click.pass_context
def check_command(
    ctx: click.Context,
    plans: tuple[str, ...],
    listed: str | None,
    packs: tuple[str, ...],
    on: dt.date | None,
    workers: int | None,
    cluster: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Judge PLANS, each as `blockplan check` would, and print each as soon as it is done.

    A plan that cannot be read has its error in its line and stops no other. Leaves with the worst
    of the single exit codes: 70 (a fault in Blockplan), 2 (a plan could not be judged), 1 (a `must` rule
    fails), 3 (one is unknown), 0. Ends with how many verdicts passed, failed and stayed unknown.
    """
    from blockplan.batch import check_many, worst

    if not plans and listed is None:
        raise click.UsageError("Name the plans, or a file that lists them: --list FILE.")
    codes: Counter[int] = Counter()
    outcomes: Counter[tuple[bool, str]] = Counter()
    unjudged = 0
    total = len(plans) if listed is None else None
    with progress("Judging", total) as step:
        lines = check_many(
            _all(plans, listed), packs=list(packs) or None, on=on, lang=lang, workers=workers, cluster=cluster
        )
        for line in lines:
            line = replace(line, error=with_flags(line.error)) if line.error else line  # noqa: PLW2901
            codes[line.exit_code] += 1
            outcomes += (found := _outcomes(line))
            unjudged += line.exit_code == 0 and not found[True, "pass"]
            if as_json:
                show_line(line.to_dict())
            else:
                click.echo(_words(line))
            sys.stdout.flush()
            step(f"Judged {line.path}")
    if not codes:
        raise UsageError(f"{listed} names no plan.\nWrite one path a line.")
    shown = codes - Counter({0: unjudged})
    said = [f"{shown[code]} {words}" for code, (_, words) in SAID.items() if shown[code]]
    said += [f"{unjudged} {NOTHING_JUDGED}"] if unjudged else []
    click.echo(f"{sum(codes.values())} plans: {', '.join(said)}", err=True)
    click.echo(_counted(outcomes), err=True)
    ctx.exit(worst(codes))


def _all(plans: tuple[str, ...], listed: str | None) -> Iterator[str]:
    yield from plans
    if listed is None:
        return
    try:
        with click.open_file(listed, encoding="utf-8") as file:
            for text in file:
                if path := text.strip():
                    yield path
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The list {listed} cannot be read: {error}.\nName a text file in UTF-8 with one path a line."
        ) from None


def _outcomes(line: CheckLine) -> Counter[tuple[bool, str]]:
    """How many verdicts of `must` rules, and of others, came out how."""
    verdicts = [] if line.check is None else line.check["verdicts"]
    return Counter((verdict["force"] == "must", verdict["outcome"]) for verdict in verdicts)


def _counted(outcomes: Counter[tuple[bool, str]]) -> str:
    """
    How many verdicts passed, failed and stayed unknown.

    Examples
    --------
    >>> _counted(Counter({(True, "pass"): 2, (False, "unknown"): 1}))
    'Verdicts: 2 passed, 0 failed, 1 stayed unknown; of must rules 2 passed, 0 failed, 0 stayed unknown'
    """

    def said(forces: tuple[bool, ...]) -> str:
        return ", ".join(
            f"{sum(outcomes[must, name] for must in forces)} {words}" for name, words in OUTCOMES.items()
        )

    return f"Verdicts: {said((True, False))}; of must rules {said((True,))}"


def _words(line: CheckLine) -> str:
    sign, _ = SAID[line.exit_code]
    if line.check is None:
        return f"{sign} {line.path}: {line.error}"
    outcomes = Counter(verdict["outcome"] for verdict in line.check["verdicts"])
    counted = ", ".join(f"{outcomes[name]} {name}" for name in ("pass", "fail", "unknown") if outcomes[name])
    failed = [
        one["rule"] for one in line.check["verdicts"] if one["outcome"] == "fail" and one["force"] == "must"
    ]
    named = f" ({', '.join(dict.fromkeys(failed))})" if failed else ""
    return f"{sign} {line.path}: {counted or 'no rule applies'}{named}"
