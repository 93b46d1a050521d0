"""``blockplan deliver`` and ``accept``: a plan as the package that a city files, and the way back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    json_option,
    load,
    office_judging_options,
    office_lang_option,
    printing,
    progress,
    show_json,
    show_table,
)
from blockplan.cli.flags import with_flags
from blockplan.texts import pick

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from blockplan.deliver.handover import Delivery
    from blockplan.deliver.losses import Loss
    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.report.words import Words

#: By which a plan is judged that names no pack: the tables of a package say by what it was.
PACK = "gb50137"
#: So many faults are listed on a terminal, the gravest first.
SHOWN = 20


@click.command(
    epilog="Example: blockplan deliver examples/demonstration-zone --profile hangzhou-xg --out build/package"
)
@click.argument("plan")
@click.option("--profile", required=True, metavar="ID|FILE.yaml", help="The city's delivery profile.")
@click.option("--out", required=True, type=click.Path(file_okay=False), metavar="DIR", help="New folder.")
@click.option("--form", metavar="FORM.yaml", help="What the filing form says: key: value.")
@click.option("--kind", type=int, help="Kind of filing, 1 to 6; default: found from --base, 1 without it.")
@click.option("--base", metavar="PLAN", help="The plan in force, for an amendment (kinds 2 to 6).")
@click.option("--stage", default="入库", show_default=True, help="Stage of the filing.")
@click.option("--text", type=click.Path(dir_okay=False), metavar="FILE.docx", help="Text that goes along.")
@click.option("--no-sheets", is_flag=True, help="Leave out the atlas of sheets, which takes longest.")
@click.option("--upper", type=click.Path(), metavar="FILE", help="Master plan: town limit, farmland, lines.")
@office_judging_options
def command(
    plan: str,
    profile: str,
    out: str,
    form: str | None,
    kind: int | None,
    base: str | None,
    stage: str,
    text: str | None,
    no_sheets: bool,
    upper: str | None,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Write PLAN as the package of a delivery profile: File Geodatabase, tables, sheets, filing form,
    quality report (PDF and XLSX), and the list of SHA-256 digests.

    The package is read again and judged. What it cannot say of the plan is listed value by value. Leaves with
    1 where a blocking fault stands.
    """
    from blockplan.check import check
    from blockplan.deliver.filing import TEXTS, read_answers
    from blockplan.deliver.handover import deliver
    from blockplan.deliver.profile import load_delivery_profile

    wanted = load_delivery_profile(profile)
    answers = read_answers(form, wanted)
    drawn = load(plan, scenario)
    with printing("Judging, writing and reading again", lang):
        result = check(drawn, packs=list(packs) or list(drawn.manifest.packs) or [PACK], on=on)
        made = deliver(
            drawn, result, wanted, Path(out), answers=answers, kind=kind, stage=stage,
            upper=Path(upper) if upper else None, base=load(base, None) if base else None,
            sheets=not no_sheets, text=Path(text) if text else None,
        )  # fmt: skip
    if not as_json and made.open_fields:
        click.echo(with_flags(TEXTS("terminal.form", lang, n=made.open_fields)), err=True)
    show(made, wanted, lang, as_json=as_json)


def show(made: Delivery, profile: DeliveryProfile, lang: str, *, as_json: bool) -> None:
    """What was found of a package; leaves with 1 where a blocking fault stands."""
    from blockplan.deliver.filing import TEXTS
    from blockplan.deliver.quality import GRADES
    from blockplan.deliver.quality.finding import TEXTS as WORDS
    from blockplan.report.words import Words

    judgement = made.judgement
    if as_json:
        show_json(made.to_dict(lang))
    else:
        rows = [
            (WORDS(f"grade.{one.grade}", lang), one.rule, pick(one.message, lang), pick(one.remedy, lang))
            for one in judgement.checks[:SHOWN]
        ]
        heads = [WORDS(f"report.{key}", lang) for key in ("grade", "rule", "message", "remedy")]
        if rows:
            show_table(heads, rows)
        said = {grade: judgement.count(grade) for grade in GRADES}
        click.echo(TEXTS("terminal.counts", lang, **said))
        if judgement.not_judged:
            named = [f"{WORDS(f'{one}.title', lang)} ({one})" for one in judgement.not_judged]
            click.echo(TEXTS("terminal.not_judged", lang, rules=Words(lang).join(named)))
        if made.losses:
            click.echo(with_flags(TEXTS("terminal.losses", lang, n=len(made.losses))))
            for layer, fields in _lost(made.losses, profile, Words(lang)):
                click.echo(TEXTS("terminal.losses_of", lang, layer=layer, fields=fields))
    stated, found = made.kinds
    if found is not None and stated != found:
        click.echo(TEXTS("terminal.kind", lang, stated=stated, found=found), err=True)
    if made.plan is None:
        click.echo(TEXTS("terminal.no_plan", lang, why=made.why), err=True)
    if judgement.blocked:
        click.get_current_context().exit(1)


def _lost(losses: Sequence[Loss], profile: DeliveryProfile, words: Words) -> Iterator[tuple[str, str]]:
    """Of each layer how many values of each field are lost, as the reader calls them."""
    from blockplan.deliver.filing import TEXTS
    from blockplan.deliver.losses import MANIFEST, WHOLE_ROW

    titles = {layer.name: {one.name: one.title for one in layer.fields} for layer in profile.layers}

    def called(layer: str, field: str) -> str:
        if field == WHOLE_ROW:
            return TEXTS("terminal.whole", words.lang)
        if title := titles.get(layer, {}).get(field):
            return words("list.note", said=title, note=field)
        return words.or_else(f"key.{field}", field) if layer == MANIFEST else words.field(field)

    # Of plan.toml the keys below one key are summed up: its languages, what an import noted.
    counted = Counter(
        (loss.layer, loss.field.partition(".")[0] if loss.layer == MANIFEST else loss.field)
        for loss in losses
    )
    for layer in dict.fromkeys(layer for layer, _ in counted):
        fields = [f"{called(of, field)} {n}" for (of, field), n in counted.items() if of == layer]
        yield words.layer(layer), words.join(fields)


@click.command(
    "accept", epilog="Example: blockplan accept build/package --profile hangzhou-xg --out build/plan"
)
@click.argument("folder")
@click.option("--profile", required=True, metavar="ID|FILE.yaml", help="The city's delivery profile.")
@click.option("--out", metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option("--upper", type=click.Path(), metavar="FILE", help="Master plan: town limit, farmland, lines.")
@office_lang_option
@json_option
def accept_command(
    folder: str, profile: str, out: str | None, upper: str | None, lang: str, as_json: bool
) -> None:
    """
    Read the package in FOLDER, judge it by the quality rules of a delivery profile, and write its plan.

    Without --out it is judged alone. What the package says and the plan cannot hold is listed value by value.
    Leaves with 1 where a blocking fault stands.
    """
    from blockplan.deliver.handover import accept
    from blockplan.deliver.profile import load_delivery_profile

    wanted = load_delivery_profile(profile)
    with progress(f"Reading {folder}"):
        found = accept(Path(folder), wanted, Path(out) if out else None, upper=Path(upper) if upper else None)
    show(found, wanted, lang, as_json=as_json)
