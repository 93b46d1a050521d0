"""Write docs/commands.md from the help texts of the command line: python docs/write_commands.py."""

from __future__ import annotations

from pathlib import Path

import click

from blockplan.cli import app

HEAD = """# Commands

Every command has `--json` and `--help` with an example. Progress and messages go to stderr. Exit codes and
JSON documents are described in {doc}`contracts`. This page is written by `python docs/write_commands.py`.
"""


def page() -> str:
    """The whole page, commands in the order of the way of the data."""
    parts = [HEAD]
    for path, command in _walk(app, ("blockplan",)):
        names = app.context_settings["help_option_names"]
        context = click.Context(
            command,
            info_name=" ".join(path),
            terminal_width=88,
            max_content_width=88,
            help_option_names=names,
        )
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context).strip()}\n```\n")
    return "\n".join(parts)


def _walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                found += _walk(child, (*path, name))
    return found


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(page(), encoding="utf-8")
