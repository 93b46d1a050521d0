"""``blockplan amend``: what an amendment changes, who gains and loses, and two amendments merged."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import (
    json_option,
    load,
    office_lang_option,
    on_option,
    pack_option,
    progress,
    show_json,
    show_table,
)
from blockplan.cli.flags import with_flags
from blockplan.figures import fixed, unknown

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.check.verdict import CheckResult
    from blockplan.deliver.amendment import MergedPlans, PlanAmendment
    from blockplan.plan import Plan

#: So many lines of a list are shown on a terminal.
SHOWN = 15


@click.command(
    epilog="Example: blockplan amend examples/demonstration-zone our-amendment --out build/amendment"
)
@click.argument("base")
@click.argument("new")
@click.option("--with", "other", metavar="PLAN", help="Another amendment of BASE, to be merged with NEW.")
@click.option(
    "--out", type=click.Path(file_okay=False), metavar="DIR", help="Folder for layers and document."
)
@click.option("--key", type=click.Path(dir_okay=False), metavar="FILE", help="Key of the record; it signs.")
@click.option("--scenario", metavar="NAME", help="Scenario of NEW; default: as drawn.")
@pack_option
@on_option
@office_lang_option
@json_option
def command(
    base: str,
    new: str,
    other: str | None,
    out: str | None,
    key: str | None,
    scenario: str | None,
    packs: tuple[str, ...],
    on: dt.date | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Tell what NEW amends of BASE: the kind of filing, before, after and change layers, who gains and loses
    floor area, facilities and light, and the ledger of floor area, which sums to zero.

    With --with two amendments of BASE are merged and the merged plan is judged, or the conflict is named.
    Leaves with 1 where there is a conflict.
    """
    from blockplan.check import check
    from blockplan.deliver.amendment import amendment, merge, write
    from blockplan.deliver.amendment.seal import MERGED
    from blockplan.notice.proof.notary import read_key
    from blockplan.plan import write as write_plan

    signer = read_key(key) if key else None
    before, after = load(base, None), load(new, scenario)
    with progress("Comparing"):
        found = amendment(before, after)
    document = found.to_dict()
    merged, result = None, None
    if other is not None:
        with progress("Merging and judging"):
            merged = merge(before, after, load(other, None))
            result = merged.plan and check(merged.plan, packs=list(packs) or None, on=on)
        document["merge"] = merged.to_dict(lang) | {
            "verdicts": [one.to_dict(lang) for one in result.verdicts] if result else []
        }
    if out:
        if merged is not None and merged.plan is not None:
            _spare(Path(out) / MERGED, merged.plan)
        write(found, document, Path(out), signer, lang)
        if merged is not None and merged.plan is not None:
            write_plan(merged.plan, Path(out) / MERGED)
    if as_json:
        show_json(document)
    else:
        _show(found, merged, lang)
        if merged is not None and result:
            _judged(result, lang)
    click.get_current_context().exit(1 if merged is not None and merged.plan is None else 0)


def _spare(place: Path, merged: Plan) -> None:
    """Refuse to write over a plan that is another than the merged one, or has scenarios."""
    from blockplan.deliver.handover import spare

    if not (place / "plan.toml").is_file():
        return
    there = load(str(place), None)
    if there.content_hash != merged.content_hash or there.manifest.scenarios:
        spare(place)


def _show(found: PlanAmendment, merged: MergedPlans | None, lang: str) -> None:
    from blockplan.deliver.amendment import wording as said

    click.echo(said.kind_said(found.kind, lang))
    _listed([f"  {said.ground_said(one, lang)}" for one in found.grounds], lang)
    rows = [
        (
            *said.gain_said(one, lang), said.feature_said(one, lang),
            *(_number(value, 0 if one.unit == "1" else 2, lang) for value in (one.old, one.new, one.change)),
        )
        for one in found.gains[:SHOWN]
    ]  # fmt: skip
    if rows:
        click.echo()
        heads = [said.TEXTS(f"head.{key}", lang) for key in ("what", "of", "id", "old", "new", "change")]
        show_table(heads, rows)
        _more(len(found.gains), lang)
    if found.ledger:
        click.echo()
        lines = [
            (said.account_said(one["account"], lang), _number(one["change_m2"], 2, lang))
            for one in found.ledger[:SHOWN]
        ]
        show_table([said.TEXTS("head.account", lang), "m²"], lines)
        _more(len(found.ledger), lang)
    if found.unknown:
        click.echo(said.TEXTS("unknown", lang, ids=", ".join(found.unknown[:SHOWN])))
    if merged is not None:
        _listed([said.conflict_said(one, lang) for one in merged.conflicts], lang)
        _listed([fault.message(lang) for fault in merged.faults], lang)
        if merged.plan is not None:
            click.echo(said.TEXTS("merged", lang))


def _listed(lines: list[str], lang: str) -> None:
    """The first lines of a list, and how many more there are."""
    for line in lines[:SHOWN]:
        click.echo(line)
    _more(len(lines), lang)


def _more(count: int, lang: str) -> None:
    from blockplan.deliver.amendment.wording import TEXTS

    if count > SHOWN:
        click.echo(with_flags(TEXTS("more", lang, n=count - SHOWN)))


def _number(value: Any, digits: int, lang: str) -> str:
    return unknown(lang) if value is None else fixed(value, digits)


def _judged(result: CheckResult, lang: str) -> None:
    """How many rules the merged plan keeps and misses, and the first that it misses."""
    from blockplan.check.verdict import OUTCOMES
    from blockplan.deliver.amendment.wording import TEXTS
    from blockplan.report.words import Words

    words = Words(lang)
    counts = Counter(one.outcome for one in result.verdicts)
    said = [f"{words(f'outcome.{one}')} {counts[one]}" for one in OUTCOMES if counts[one]]
    if said:
        click.echo(TEXTS("judged", lang, said=words.join(said)))
    missed = [one for one in result.verdicts if one.outcome == "fail"]
    _listed(
        [f"  {words('outcome.fail')}{words('list.colon')}{words.pick(one.title)}" for one in missed], lang
    )
