"""``blockplan check text``: an office's text against its plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import json_option, judging_options, load, progress, show_json, show_table
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.deliver.text import TextCheck

#: By which a plan is judged that names no pack.
PACK = "gb50137"
SHOWN = 40


@click.command(
    "text",
    epilog="Example: blockplan check text examples/demonstration-zone our-text.docx --out commented.docx",
)
@click.argument("plan")
@click.argument("file", metavar="FILE.docx", type=click.Path(dir_okay=False))
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE.docx", help="Copy with comments.")
@judging_options
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the words; default: the text's.")
@json_option
def command(
    plan: str,
    file: str,
    out: str | None,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """
    Bind every number and name of FILE.docx to a measure, a cell of a table or an object of PLAN.

    What differs comes back as a Word comment at its place (--out), with the right figure and where it comes
    from; what may differ, and what is bound to nothing, is listed. Leaves with 1 if something differs, 3 if
    nothing differs for certain and something may, or is unbound.
    """
    from blockplan.check import check
    from blockplan.deliver.text import check_text, write_comments
    from blockplan.deliver.text.document import open_document
    from blockplan.plan.files.archive import writing_file
    from blockplan.report.view import View
    from blockplan.report.words import Words

    document = open_document(Path(file))
    drawn = load(plan, scenario)
    with progress("Measuring and reading"):
        result = check(drawn, packs=list(packs) or list(drawn.manifest.packs) or [PACK], on=on)
        found = check_text(View(drawn, result, Words("zh")), document)
    lang = lang or found.lang
    written = 0
    if out:
        written = write_comments(document, found, lang)
        with writing_file(Path(out)) as place:
            document.save(str(place))
    if as_json:
        show_json(found.to_dict(lang))
    else:
        _show(found, lang, out, written)
    counts = found.counts
    unsure = counts["doubtful"] or counts["not_evidenced"]
    click.get_current_context().exit(1 if counts["missed"] else 3 if unsure else 0)


def _show(found: TextCheck, lang: str, out: str | None, written: int) -> None:
    from blockplan.deliver.text.wording import TEXTS, place_said

    shown = ("missed", "doubtful", "not_evidenced")
    open_ = sorted(
        (one for one in found.statements if one.state in shown), key=lambda one: shown.index(one.state)
    )
    rows = [
        (TEXTS(f"state.{one.state}", lang), place_said(one.place, lang), one.said, pick(one.why, lang))
        for one in open_[:SHOWN]
    ]
    if rows:
        show_table([TEXTS(f"terminal.{key}", lang) for key in ("state", "place", "said", "why")], rows)
    click.echo(TEXTS("terminal.counts", lang, **found.counts))
    if out:
        click.echo(TEXTS("terminal.written", lang, path=out, n=written), err=True)
