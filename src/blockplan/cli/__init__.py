"""
The command line: one thin command per room.

A command parses, asks a room, and shows what it answers. Groups list their
commands from a table, and rooms are imported inside the commands, so that
``--help`` stays light. Messages and progress go to stderr; with ``--json``
stdout holds one document and nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan import __version__
from blockplan.cli.flags import with_flags
from blockplan.errors import BlockplanError

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """
    A group over a table: command -> (module, what it does).

    A module holds a click command of the name ``command``; of several it is named, ``module:other_command``.
    """

    def __init__(
        self,
        *arguments: Any,
        table: Mapping[str, tuple[str, str]],
        heading: str = "Commands",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.table = table
        self.heading = heading

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing one."""
        with formatter.section(self.heading):
            formatter.write_dl([(name, said) for name, (_, said) in self.table.items()])


class PlanOrWord(LazyGroup):
    """
    A command of its own for a plan, and a group for some words.

    A plan that is called like a word is named by its path: ``./text``.
    """

    allow_interspersed_args = True

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the first word names, else that of the plan's command."""
        below = self.get_command(click.Context(self), args[0]) if args else None
        if below is None:
            return super().make_context(info_name, args, parent, **extra)
        # A group without arguments, or they would stand in the usage of the command below.
        above = click.Context(click.Group(self.name), info_name=info_name, parent=parent)
        return below.make_context(args[0], args[1:], parent=above)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Words are a plan and what is asked of it, never a command."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what is asked of a plan."""
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Without the word for a command: those have usages of their own."""
        return click.Command.collect_usage_pieces(self, ctx)


#: When this module was loaded, on the clock of `time.perf_counter`.
_LOADED = time.perf_counter()


def process_began() -> float:
    """When this process began, on the clock of `time.perf_counter`; else when it loaded this module."""
    try:
        # Of what follows the name, which may hold blanks, the twentieth: ticks since the machine started.
        said = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(said[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return _LOADED
    return time.perf_counter() - age_s


def command_began() -> float:
    """When the command under way began: with the process where that is all it does, else now."""
    context = click.get_current_context(silent=True)
    began = None if context is None else context.find_root().obj
    return began if isinstance(began, float) else time.perf_counter()


#: Command -> (module, what it does), as `LazyGroup` reads it.
COMMANDS = {
    "demo": ("blockplan.cli.demo", "The whole way on the reference plan, ending with what to open."),
    "validate": ("blockplan.cli.validate", "Faults of a plan's data, all at once."),
    "measure": ("blockplan.cli.measure", "Indicators of a plan, each with its definition."),
    "check": ("blockplan.cli.check", "A plan against rules: verdicts with who, where and remedy."),
    "propose": ("blockplan.cli.propose", "Changes to a plan, each with bound, gap and verdicts."),
    "scenario": ("blockplan.cli.scenario", "Scenarios without code: new, diff, rename, drop."),
    "compare": ("blockplan.cli.compare", "Scenarios or plans side by side."),
    "report": ("blockplan.cli.report", "HTML report, A3 sheet (PDF) and tables of a plan."),
    "deliver": ("blockplan.cli.deliver", "A plan as the package that a city files, judged."),
    "accept": (
        "blockplan.cli.deliver:accept_command",
        "A package that somebody filed: judged, and made a plan.",
    ),
    "amend": ("blockplan.cli.amend", "An amendment: its kind, who gains and loses, two of them merged."),
    "sheets": ("blockplan.cli.sheets", "The atlas of sheets that an office hands in (PDF)."),
    "rules": ("blockplan.cli.rules", "Rules as data: list, show, test."),
    "batch": ("blockplan.cli.batch", "Many plans at once, over processes or a cluster."),
    "notice": (
        "blockplan.cli.notice.lifecycle",
        "A public notice: dates that hold, a record that can be verified.",
    ),
    "edit": ("blockplan.cli.edit", "The workbench on this machine: edit a plan, verdicts follow."),
    "serve": ("blockplan.cli.serve", "The web service: notices to read and to comment on."),
    "import": ("blockplan.cli.imports", "Other people's data into a plan package."),
    "export": ("blockplan.cli.exports", "A plan in the formats of other programs."),
}

#: Exit code of a fault in Blockplan itself, apart from 0-3, which say something of the plan.
INTERNAL_FAULT = 70
INTERRUPTED = 130
#: So many more records are made before Python looks for those that hang on one another in circles.
GARBAGE = 100_000
#: What a shell says of a process whose reader has gone.
READER_GONE = 141


@click.command(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: blockplan check examples/demonstration-zone --scenario b --out report.html",
)
@click.version_option(__version__, prog_name="blockplan")
def app() -> None:
    """Check a block-level plan against its promises: plan, measure, check, compare, report."""


def main(arguments: list[str] | None = None) -> None:
    """
    Run the command line and leave with the exit code of ``docs/contracts.md``.

    0 done; 1 a rule fails or an error-grade fault stands; 2 bad usage or
    unreadable input; 3 some rules are unknown; 70 a fault in Blockplan itself;
    130 interrupted; 141 the reader of the output has gone.
    """
    began = None
    if arguments is None:  # a program that calls with arguments of its own has lived before
        began = process_began()
        # A command makes records by the hundred thousand and hardly any in circles.
        gc.set_threshold(GARBAGE)
    try:
        code = app.main(args=arguments, prog_name="blockplan", standalone_mode=False, obj=began)
    except click.exceptions.Abort:
        code = _say("interrupted; nothing was left half-written", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BlockplanError as error:
        code = _say(with_flags(_in_language(error, sys.argv[1:] if arguments is None else arguments)), 2)
    except KeyboardInterrupt:
        code = _say("interrupted; nothing was left half-written", INTERRUPTED)
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has had enough (`blockplan ... | head`); click says so with code 1,
        # which is a verdict here.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = READER_GONE
    except OSError as error:
        code = _say(f"{error.filename or 'a file'}: {error.strerror or error}", 2)
    except Exception:  # noqa: BLE001 (an unforeseen fault must not look like a verdict: Python's own exit code is 1)
        traceback.print_exc()
        code = _say(
            "this is a fault in Blockplan, not in the plan; please report the lines above", INTERNAL_FAULT
        )
    sys.exit(code if isinstance(code, int) else 0)


def _in_language(error: BlockplanError, arguments: list[str]) -> str:
    """What an error says in the language that the call asked for by `--lang`, where it is said in it."""
    asked = dict(pairwise(arguments))
    asked |= dict(word.split("=", 1) for word in arguments if word.startswith("--lang="))
    return (error.text or {}).get(asked.get("--lang", ""), str(error))


def _say(message: str, code: int) -> int:
    click.echo(f"blockplan: {message}", err=True)
    return code
