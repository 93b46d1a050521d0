"""What the commands share: options, JSON, documents and tables on a terminal, progress beyond a second."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from blockplan import jsontext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from blockplan.plan import Plan
    from blockplan.report.document import Block, Document
    from blockplan.report.words import Words

PROGRESS_AFTER_S = 1.0
#: Where stderr is no terminal, a line is written this often.
LINE_EVERY_S = 30.0
#: So many characters that the fonts lack are named.
MOST_LOST = 20
#: So many columns of a table with outcomes are not broken into lines.
KEPT_WHOLE = 2
#: First sign of an outcome, or a grade -> how it looks on a terminal.
STYLES = {
    "✓": "green", "×": "bold red", "?": "yellow", "–": "dim",
    **dict.fromkeys(("error", "错误", "誤り"), "bold red"),
    **dict.fromkeys(("warning", "警告"), "yellow"),
    **dict.fromkeys(("note", "说明", "注記"), "dim"),
}  # fmt: skip


class DayType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no parameters here
    """A calendar day, written 2021-09-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day, or a usage error that shows the form."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day of the calendar; write it as 2021-09-30", param, ctx)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else."
)
scenario_option = click.option(
    "--scenario", metavar="NAME", help="A scenario of plan.toml; default: as drawn."
)
lang_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en", "ja"]),
    default="en",
    show_default=True,
    help="Language of the words.",
)
in_force_option = click.option(
    "--in-force", metavar="PLAN", help="The plan in force, for the table of changes; default: none."
)
#: As `lang_option`, for what a Chinese office hands in.
office_lang_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en", "ja"]),
    default="zh",
    show_default=True,
    help="Language of the words.",
)
pack_option = click.option(
    "--pack", "packs", multiple=True, metavar="ID|DIR", help="A rule pack; default: those of plan.toml."
)
on_option = click.option(
    "--on", type=DayType(), metavar="DATE", help="Judge by the rules of this day; default: drawn_on."
)


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator, in their order."""

    def decorated(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorated


#: What a plan is judged by: ``packs``, ``scenario``, ``on``.
judging_options = together(pack_option, scenario_option, on_option)
#: As `judging_options`, for what a Chinese office hands in: ``lang`` and ``as_json`` besides.
office_judging_options = together(judging_options, office_lang_option, json_option)


def load(path: str, scenario: str | None) -> Plan:
    """The plan at a path, with progress if it takes long."""
    from blockplan.plan import read

    with progress(f"Reading {path}"):
        return read(path, scenario)


def show_json(found: dict[str, Any]) -> None:
    """One JSON document on stdout."""
    sys.stdout.writelines(chain(jsontext.pieces(found), ["\n"]))
    sys.stdout.flush()


def show_line(found: dict[str, Any]) -> None:
    """One JSON object on one line of stdout, for commands that give many."""
    click.echo(jsontext.line(found))


def show_table(headers: Sequence[str], rows: Sequence[Sequence[str]], style_by: int | None = None) -> None:
    """
    A table on stdout: ruled and coloured on a terminal, aligned plain text in a pipe.

    `style_by` is the column whose outcome or grade colours the row's cell.
    """
    if sys.stdout.isatty():
        _rich_table(headers, rows, style_by)
        return
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(headers, *rows, strict=True)]
    for row in (headers, *rows):
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _rich_table(headers: Sequence[str], rows: Sequence[Sequence[str]], style_by: int | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for at, header in enumerate(headers):
        # Outcome and id stay in one piece, so that an id can be copied.
        table.add_column(header, overflow="fold", no_wrap=style_by is not None and at < KEPT_WHOLE)
    for row in rows:
        sign = "" if style_by is None else row[style_by].split(" ")[0]
        style = STYLES.get(sign, "")
        table.add_row(*(Text(cell, style if at == style_by else "") for at, cell in enumerate(row)))
    Console().print(table)


@contextmanager
def progress(said: str, total: int | None = None) -> Iterator[Callable[[str], None]]:
    """
    A bar on stderr once the work has taken a second; where stderr is no terminal, a line now and then.

    Gives a function that names the next step and, where `total` is known, moves the bar on.
    """
    if not sys.stderr.isatty():
        with _lines(said) as step:
            yield step
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(said, total=total)
    timer = threading.Timer(PROGRESS_AFTER_S, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda step: bar.update(task, description=step, advance=1 if total else 0)
    finally:
        timer.cancel()
        bar.stop()


@contextmanager
def printing(said: str, lang: str) -> Iterator[Callable[[str], None]]:
    """As `progress`, of work that sets paper: names the characters that the fonts lack on stderr, if any."""
    from blockplan.report.fonts import NO_FORM, noting_lost
    from blockplan.report.words import Words

    with noting_lost() as lost:
        with progress(said) as step:
            yield step
        if lost:
            words = Words(lang)
            named = [f"{one} (U+{ord(one):04X})" for one in sorted(lost)[:MOST_LOST]]
            if len(lost) > MOST_LOST:
                named.append(words("list.more", n=len(lost) - MOST_LOST))
            click.echo(
                words.count("print.not_in_fonts", len(lost), named=words.join(named), sign=NO_FORM), err=True
            )


@contextmanager
def _lines(said: str) -> Iterator[Callable[[str], None]]:
    """A line on stderr every `LINE_EVERY_S`: what is done, which step, how long."""
    began, at, over = time.monotonic(), [said], threading.Event()

    def tell() -> None:
        while not over.wait(LINE_EVERY_S):
            click.echo(f"{at[0]} ({time.monotonic() - began:.0f} s)", err=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield lambda step: at.__setitem__(0, step if step.startswith(said) else f"{said}: {step}")
    finally:
        over.set()
        teller.join()


def show_document(document: Document) -> None:
    """What a document says: its subtitle, and its sections with an empty line before each."""
    from blockplan.report.words import Words

    if document.subtitle:
        click.echo(document.subtitle)
    words = Words(document.lang)
    for section in document.sections:
        click.echo()
        show_block(section, words)


def show_block(block: Block, words: Words) -> None:
    """One block; a figure is shown by its words."""
    from blockplan.report.document import Figure, Listing, Section, Table, Term, cell_said, plain_text

    match block:
        case Section():
            if block.title:
                click.echo(plain_text(block.title))
            for one in block.blocks:
                show_block(one, words)
        case Table():
            rows = [[cell_said(cell, words) for cell in row] for row in block.worded.rows]
            show_table(block.worded.heads, rows, style_by=block.sign)
        case Term():
            click.echo(f"{block.term}: {plain_text(block.said)}" + (f" ({block.note})" if block.note else ""))
        case Listing():
            items = (f"  {plain_text(item)}" for item in block.items)
            click.echo("\n".join(filter(None, (block.lead, *items))))
        case Figure():
            click.echo(block.alt)
        case _:
            click.echo(plain_text(block.text))
