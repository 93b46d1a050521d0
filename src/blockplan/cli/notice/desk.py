"""``blockplan notice group ... respond``: proposals, the desk as a table, the consultation report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, lang_option, load, show_json, show_table
from blockplan.cli.notice.common import (
    act_options,
    by_number,
    notice_argument,
    reading,
    record,
    with_number,
)
from blockplan.texts import shortened

if TYPE_CHECKING:
    from blockplan.notice import Ledger
    from blockplan.respond import Desk, Segment
    from blockplan.respond.vectors import Embedder

words_option = click.option(
    "--by-words", is_flag=True, help="Compare wording, also where the sentence model is installed."
)
#: Characters of an opinion that are shown on a terminal.
SHOWN = 60


@click.command("split", epilog="Example: blockplan notice split town.notice O-4.1 48 96 --by planner")
@notice_argument
@click.argument("segment", callback=by_number)
@click.argument("places", nargs=-1, required=True, type=int, metavar="OFFSET...")
@act_options
def split_command(
    notice: str, segment: str, places: tuple[int, ...], by: str, key: str | None, lang: str, as_json: bool
) -> None:
    """Cut SEGMENT at offsets (characters from the opinion's beginning); the parts keep theme and answer."""
    from blockplan.respond import Desk

    with record(notice, key) as (store, _):
        parts = store.transact(lambda ledger: Desk(ledger).split(segment, *places, by=by))
        _show_parts(Desk(store), parts, lang, as_json)


@click.command("merge", epilog="Example: blockplan notice merge town.notice O-4.1 O-4.2 --by planner")
@notice_argument
@click.argument("segments", nargs=-1, required=True, metavar="SEGMENT...", callback=by_number)
@act_options
def merge_command(
    notice: str, segments: tuple[str, ...], by: str, key: str | None, lang: str, as_json: bool
) -> None:
    """Make neighbouring segments of one opinion one."""
    from blockplan.respond import Desk

    with record(notice, key) as (store, _):
        whole = store.transact(lambda ledger: Desk(ledger).merge(segments, by=by))
        _show_parts(Desk(store), [whole], lang, as_json)


@click.command(
    "group",
    epilog='Example: blockplan notice group town.notice --groups 8 --take "0=Trees and shade" --by planner',
)
@notice_argument
@click.option("--groups", "k", type=click.IntRange(min=1), metavar="N", help="How many; default: proposed.")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same groups.")
@click.option("--take", "taken", multiple=True, metavar="GROUP=TITLE",
              help="Make this group a theme, under a title of yours; once for each group.")  # fmt: skip
@words_option
@act_options
def group_command(
    notice: str, k: int | None, seed: int, taken: tuple[str, ...], by_words: bool, by: str, key: str | None,
    lang: str, as_json: bool,
) -> None:  # fmt: skip
    """
    Propose groups of segments. Nothing is entered before a person takes a group over and names it: look at
    them first, then give --take with the same seed. What the machine calls a group never becomes a title.

    With the extra [grouping] meaning is compared, without it wording.
    """
    from blockplan.respond import Desk
    from blockplan.respond.proposals import group_segments, groups_said, keep_groups, take_named

    with record(notice, key) as (store, _):
        segments, proposal = group_segments(Desk(store), k=k, seed=seed, embedder=_embedder(by_words))
        titles = _titles(taken, [group.number for group in proposal.groups], lang)

        def work(ledger: Ledger) -> list[str]:
            desk = Desk(ledger)
            keep_groups(desk, segments, proposal, by=by)
            return take_named(desk, groups_said(segments, proposal), titles, by=by)

        themes = store.transact(work) if titles else []
        desk = Desk(store)
    if as_json:
        groups = [
            {
                "group": group.number,
                "words": list(group.words),
                "segments": [segments[at].id for at in group.members],
                "doubtful": [segments[at].id for at in group.doubtful],
            }
            for group in proposal.groups
        ]
        show_json(
            {"groups": groups, "separation": proposal.separation, "run": proposal.run, "themes": themes}
        )
        return
    heads = [_say(f"cli.{name}", lang) for name in ("group", "segments", "doubtful", "words", "typical")]
    rows = [
        [
            str(group.number),
            str(len(group.members)),
            str(len(group.doubtful)),
            " ".join(group.words),
            _line(desk, segments[group.members[0]]),
        ]
        for group in proposal.groups
    ]
    show_table(heads, rows)
    click.echo(_say("cli.a_proposal", lang), err=True)


def _titles(taken: tuple[str, ...], groups: list[int], lang: str) -> dict[int, dict[str, str]]:
    """Number of a group and the title that a person gave it, as ``--take`` has them."""
    found: dict[int, dict[str, str]] = {}
    for one in taken:
        number, equals, title = one.partition("=")
        if not equals or not title.strip() or number.strip() not in map(str, groups):
            there = ", ".join(map(str, groups)) or "none"
            raise click.UsageError(
                f'--take {one!r} names no group and title. Write it like --take "0=Trees and shade"; '
                f"groups: {there}."
            )
        found[int(number)] = {lang: title.strip()}
    return found


@click.command("spread", epilog="Example: blockplan notice spread town.notice --take --by planner")
@notice_argument
@click.option("--take", is_flag=True, help="Sort those that are sure.")
@words_option
@act_options
def spread_command(
    notice: str, take: bool, by_words: bool, by: str, key: str | None, lang: str, as_json: bool
) -> None:
    """Propose themes for the segments that have none, by those that people sorted."""
    from blockplan.respond import Desk
    from blockplan.respond.proposals import keep_spread, spread_themes

    with record(notice, key) as (store, _):
        found, run = spread_themes(Desk(store), embedder=_embedder(by_words))
        sure = {one.segment: one.proposed.theme for one in found if not one.proposed.unsure}

        def work(ledger: Ledger) -> None:
            desk = Desk(ledger)
            keep_spread(desk, found, run, by=by)
            desk.assign_all(dict(sure), by=by)

        if take:
            store.transact(work)
        desk = Desk(store)
    rows = [
        {
            "segment": one.segment, "theme": one.proposed.theme, "second": one.proposed.second,
            "probability": one.proposed.probability, "unsure": one.proposed.unsure,
        }
        for one in found
    ]  # fmt: skip
    if as_json:
        show_json({"proposed": rows, "run": run, "sorted": sorted(sure) if take else []})
        return
    heads = [_say(f"cli.{name}", lang) for name in ("segment", "theme", "second", "text")]
    numbers = desk.opinions.numbers
    show_table(
        heads,
        [
            [
                with_number(one.segment, numbers, lang),
                one.proposed.theme + (" ?" if one.proposed.unsure else ""),
                one.proposed.second or "–",
                _line(desk, desk.segment(one.segment)),
            ]
            for one in found
        ],
    )
    click.echo(_say("cli.a_proposal", lang), err=True)


@click.command("campaigns", epilog="Example: blockplan notice campaigns town.notice --fold --by planner")
@notice_argument
@click.option("--fold", is_flag=True, help="Fold them for reading; each opinion still counts.")
@words_option
@act_options
def campaigns_command(
    notice: str, fold: bool, by_words: bool, by: str, key: str | None, lang: str, as_json: bool
) -> None:
    """Find opinions that say the same in nearly the same words."""
    from blockplan.respond import Desk
    from blockplan.respond.proposals import opinions_to_fold

    with record(notice, key) as (store, _):
        names, found = opinions_to_fold(Desk(store), embedder=_embedder(by_words))

        def work(ledger: Ledger) -> list[str]:
            desk = Desk(ledger)
            return [desk.fold([names[at] for at in one.members], by=by) for one in found]

        folded = store.transact(work) if fold else []
        opinions = Desk(store).opinions
    if as_json:
        rows = [
            {
                "opinions": [names[at] for at in one.members],
                "copies": one.copies,
                "typical": names[one.typical],
            }
            for one in found
        ]
        show_json({"campaigns": rows, "folded": folded})
        return
    heads = [_say(f"cli.{name}", lang) for name in ("opinions", "copies", "typical", "text")]
    numbers = opinions.numbers
    typical = [names[one.typical] for one in found]
    cells = [
        [str(len(one.members)), str(one.copies), with_number(name, numbers, lang),
         _short(opinions.by_id[name].text)]
        for one, name in zip(found, typical, strict=True)
    ]  # fmt: skip
    show_table(heads, cells)


@click.command("coverage", epilog="Example: blockplan notice coverage town.notice")
@notice_argument
@lang_option
@json_option
@click.pass_context
def coverage_command(context: click.Context, notice: str, lang: str, as_json: bool) -> None:
    """How far the answers are, and what lacks one; exit code 1 while something does."""
    from blockplan.respond import Desk
    from blockplan.respond.coverage import progress

    with reading(notice) as store:
        desk = Desk(store)
    told, numbers = progress(desk), desk.opinions.numbers
    if as_json:
        show_json(told)
    else:
        click.echo(_say("cli.covered", lang, **{name: told[name] for name in ("segments", "answered")}))
        for gap in told["gaps"]:
            lack = _say(f"lack.{gap['lack']}", lang)
            called = with_number(gap["segment"] or gap["opinion"], numbers, lang)
            click.echo(f"  {called}: {lack}{' ' + gap['theme'] if gap['theme'] else ''}")
    context.exit(0 if told["complete"] else 1)


@click.command("sheet", epilog="Example: blockplan notice sheet town.notice --out desk.csv")
@notice_argument
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="Write the table to this file.")
@lang_option
def sheet_command(notice: str, out: str, lang: str) -> None:
    """
    Write the desk as a table (CSV): a row for each segment, to be filled in with theme, kind and reason.

    It holds the words of opinions: it is for the office, not for the public.
    """
    from blockplan.respond import Desk
    from blockplan.respond.worksheet import worksheet

    with reading(notice) as store:
        data = worksheet(Desk(store), lang)
    Path(out).write_bytes(data)
    click.echo(out)


@click.command("sort", epilog="Example: blockplan notice sort town.notice desk.csv --by planner")
@notice_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@act_options
def sort_command(notice: str, file: str, by: str, key: str | None, lang: str, as_json: bool) -> None:
    """
    Enter what FILE (CSV or workbook, as `sheet` writes it) decides: themes, and answers. All of it, or none.

    A row with a segment and a kind answers that segment; a row with a theme and no segment, the theme.
    """
    from blockplan.respond import Desk
    from blockplan.respond.worksheet import apply, read_decisions

    decisions = read_decisions(file)
    with record(notice, key) as (store, _):
        done = store.transact(lambda ledger: apply(Desk(ledger), decisions, by=by, lang=lang))
    if as_json:
        show_json(done)
    else:
        click.echo(_say("cli.entered", lang, **done))


@click.command("respond", epilog="Example: blockplan notice respond town.notice --out response --lang zh")
@notice_argument
@click.option(
    "--out", required=True, type=click.Path(file_okay=False), help="Write the report into this folder."
)
@click.option(
    "--plan", metavar="PLAN", help="The plan on notice: objects and old values are compared with it."
)
@click.option("--changed", metavar="PLAN", help="The changed plan: new values are compared with it.")
@lang_option
@json_option
def respond_command(
    notice: str, out: str, plan: str | None, changed: str | None, lang: str, as_json: bool
) -> None:
    """Write the consultation report: page, JSON and tables. Refused while one segment has no answer."""
    from blockplan.report.response import write_response
    from blockplan.respond import Desk

    if changed and not plan:
        raise click.UsageError("--changed needs --plan: changes are compared with the plan on notice first.")
    before = load(plan, None) if plan else None
    after = load(changed, None) if changed else None
    with reading(notice) as store:
        paths = write_response(Desk(store), out, lang, before=before, after=after)
    if as_json:
        show_json({"files": [str(path) for path in paths]})
        return
    for path in paths:
        click.echo(str(path))


def _embedder(by_words: bool) -> Embedder:
    from blockplan.respond.vectors import WordVectors, best_embedder

    return WordVectors() if by_words else best_embedder()


def _show_parts(desk: Desk, parts: list[Segment], lang: str, as_json: bool) -> None:
    if as_json:
        rows = [
            {"segment": one.id, "start": one.start, "end": one.end, "text": desk.text_of(one)}
            for one in parts
        ]
        show_json({"segments": rows})
        return
    numbers = desk.opinions.numbers
    show_table(
        [_say("cli.segment", lang), _say("cli.text", lang)],
        [[with_number(one.id, numbers, lang), _line(desk, one)] for one in parts],
    )


def _line(desk: Desk, segment: Segment) -> str:
    return _short(desk.text_of(segment))


def _short(text: str) -> str:
    from blockplan.respond.tables import shown

    return shortened(shown(text), SHOWN)


def _say(key: str, lang: str, **values: Any) -> str:
    from blockplan.respond.tables import TEXTS

    return TEXTS(key, lang, **values)


COMMANDS = (
    split_command,
    merge_command,
    group_command,
    spread_command,
    campaigns_command,
    coverage_command,
    sheet_command,
    sort_command,
    respond_command,
)
