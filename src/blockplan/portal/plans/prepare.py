"""
Making a plan ready: its public package is built, read once, judged once, and put into rows for the pages.

Pages show what is in the public package and nothing else: what was withheld is in none of these rows.

Figures come from `blockplan.check` and the measures behind it; nothing is worked out here.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from blockplan.errors import PlanDataError
from blockplan.notice.intake.places import KIND_COLUMN, words_of
from blockplan.notice.intake.texts_in import folded
from blockplan.notice.package import FrozenPlan, tables_of
from blockplan.portal.config import config_of_environment
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.places import keep
from blockplan.portal.words import say
from blockplan.texts import LANGUAGES, pick, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from blockplan.check.verdict import CheckResult
    from blockplan.notice.package import PackageChoice
    from blockplan.plan import Plan

#: Layers whose objects have a page of their own, in the order of lists.
LAYERS = (
    "areas",
    "structure",
    "zones",
    "blocks",
    "subblocks",
    "circles",
    "parcels",
    "facilities",
    "stops",
    "programmes",
    "streets",
    "greens",
    "water",
    "woodland",
    "rail",
)
STATEMENTS, RULES = "statements", "rules"
BATCH = 500
LONGEST_ID = 200


def prepare(
    notice: str,
    source: str | Path,
    scenario: str,
    judged: tuple[FrozenPlan, CheckResult],
    choice: PackageChoice,
) -> PlanVersion:
    """
    Make the public package of a plan ready for the pages of a notice, as a draft.

    Parameters
    ----------
    source
        What the office has: a folder or zip, of which one scenario goes out.
    judged
        The public package of that very source, and what `check` says of it.
    choice
        Which layers and columns beside those of the contract go out in it, and which do not.

    Raises
    ------
    PlanDataError
        If an id is too long.
    """
    frozen, result = judged
    plan = frozen.plan
    keep(plan, result)
    version = PlanVersion(
        notice_id=notice, package=str(keep_package(frozen)), source=str(source), scenario=scenario,
        content_hash=plan.content_hash,
    )  # fmt: skip
    objects = list(_objects(version, plan, result))
    version.document = {
        "title": dict(plan.manifest.title),
        "synthetic": plan.manifest.synthetic,
        "authority": pick(plan.manifest.authority),
        "attribution": plan.manifest.attribution,
        "crs": plan.manifest.crs,
        "basemap_crs": plan.manifest.basemap_crs,
        "frozen": frozen.said,
        "drawn": frozen.drawn,
        "parts": [asdict(part) for part in frozen.parts],
        "choice": asdict(choice),
        "tables": tables_of(frozen.files),
        "result": result.to_dict(),
        "objects": dict(Counter(one.layer for one in objects)),
    }
    with transaction.atomic():
        version.save()
        PlanObject.objects.bulk_create(objects, batch_size=BATCH)
    return version


def judge(plan: Plan, choice: PackageChoice) -> tuple[FrozenPlan, CheckResult]:
    """The public package of a plan, and what `check` says of what is in it; errors as for `FrozenPlan.of`."""
    from blockplan.check import check  # noqa: PLC0415 (pandas and the rest take a second)

    frozen = FrozenPlan.of(plan, choice)
    return frozen, check(frozen.plan)


def keep_package(frozen: FrozenPlan) -> Path:
    """The public package as a zip in the data folder, on the disk when this returns."""
    folder = config_of_environment().data / "packages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}.zip"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(frozen.keep())
        out.flush()
        os.fsync(out.fileno())
    return path


def _objects(version: PlanVersion, plan: Plan, result: CheckResult) -> Iterator[PlanObject]:
    for layer in LAYERS:
        if plan.has_layer(layer):
            yield from _of_layer(version, layer, plan.layer(layer))
    for said in result.statements:
        yield PlanObject(
            version=version, layer=STATEMENTS, object=said.statement_id, title=dict(said.text),
            words=folded(said.statement_id, *said.text.values()),
        )  # fmt: skip
    for rule, title in {verdict.rule: dict(verdict.title) for verdict in result.verdicts}.items():
        yield PlanObject(
            version=version, layer=RULES, object=rule, title=title, words=folded(rule, *title.values())
        )


def _of_layer(version: PlanVersion, layer: str, frame: pd.DataFrame) -> Iterator[PlanObject]:
    from blockplan.plan.model.layers import LAYERS as SPECS  # noqa: PLC0415

    column = SPECS[layer].id_column or ""
    require_short(layer, [str(id_) for id_ in frame[column]])
    geometries = frame["geometry"] if "geometry" in frame else [None] * len(frame)
    for said, geometry in zip(_records(frame), geometries, strict=True):
        box = (None,) * 4 if geometry is None else geometry.bounds
        title = {lang: said[f"name_{lang}"] for lang in LANGUAGES if said.get(f"name_{lang}")}
        texts = [value for value in said.values() if isinstance(value, str)]
        texts.append(words_of(layer, None, said.get(KIND_COLUMN.get(layer, ""))))
        yield PlanObject(
            version=version, layer=layer, object=str(said[column]), title=title, words=folded(*texts),
            min_x=box[0], min_y=box[1], max_x=box[2], max_y=box[3],
            wkb=None if geometry is None else geometry.wkb, properties=said,
        )  # fmt: skip


def require_short(layer: str, ids: Sequence[str]) -> None:
    """
    See that every id of a layer can be kept, and stand in an address.

    Raises
    ------
    PlanDataError
        If one has more than `LONGEST_ID` characters.
    """
    long = [id_ for id_ in ids if len(id_) > LONGEST_ID]
    if long:
        raise refusal(
            PlanDataError,
            say,
            "store.long_id",
            layer=layer,
            n=len(long),
            first=f"{long[0][:40]}…",
            most=LONGEST_ID,
        )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows without geometry as JSON has them; what is unknown is null."""
    table = frame.drop(columns="geometry", errors="ignore")
    # Through pandas' own JSON: it knows all its ways to say that nothing is known.
    text = table.to_json(orient="records", force_ascii=False, date_format="iso", double_precision=15)
    found: list[dict[str, Any]] = json.loads(text)
    return found
