"""
Making a plan ready: read once, judged once, and put into rows that pages read without the plan.

Figures come from `blockplan.check` and the measures behind it; nothing is worked out here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import transaction

from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.words import folded
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from blockplan.plan import Plan

#: Layers whose objects have a page of their own.
LAYERS = (
    "areas",
    "structure",
    "zones",
    "blocks",
    "parcels",
    "facilities",
    "stops",
    "programmes",
    "statements",
)
RULES = "rules"
BATCH = 500


def prepare(notice: str, package: str, scenario: str | None = None) -> PlanVersion:
    """
    Make a plan package ready for the pages of a notice, as a draft.

    Raises
    ------
    PlanDataError, UsageError
        If it cannot be read.
    """
    from blockplan.check import check  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.plan import read  # noqa: PLC0415

    plan = read(package, scenario)
    result = check(plan).to_dict()
    document = {
        "title": dict(plan.manifest.title),
        "synthetic": plan.manifest.synthetic,
        "authority": plan.manifest.authority,
        "attribution": plan.manifest.attribution,
        "crs": plan.manifest.crs,
        "result": result,
    }
    with transaction.atomic():
        version = PlanVersion.objects.create(
            notice_id=notice, package=str(package), scenario=scenario or "",
            content_hash=plan.content_hash, document=document,
        )  # fmt: skip
        PlanObject.objects.bulk_create(_objects(version, plan, result), batch_size=BATCH)
    return version


def _objects(version: PlanVersion, plan: Plan, result: Mapping[str, Any]) -> Iterator[PlanObject]:
    for layer in LAYERS:
        if plan.has_layer(layer):
            yield from _of_layer(version, layer, plan.layer(layer))
    for verdict in {verdict["rule"]: verdict for verdict in result["verdicts"]}.values():
        yield PlanObject(
            version=version, layer=RULES, object=verdict["rule"], title={"en": verdict["title"]},
            words=folded(verdict["rule"], verdict["title"]),
        )  # fmt: skip


def _of_layer(version: PlanVersion, layer: str, frame: pd.DataFrame) -> Iterator[PlanObject]:
    from blockplan.plan.layers import LAYERS as SPECS  # noqa: PLC0415

    column = SPECS[layer].id_column or ""
    geometries = frame["geometry"] if "geometry" in frame else [None] * len(frame)
    for said, geometry in zip(_records(frame), geometries, strict=True):
        box = (None,) * 4 if geometry is None else geometry.bounds
        title = {lang: said[f"name_{lang}"] for lang in LANGUAGES if said.get(f"name_{lang}")}
        texts = [value for value in said.values() if isinstance(value, str)]
        yield PlanObject(
            version=version, layer=layer, object=str(said[column]), title=title, words=folded(*texts),
            min_x=box[0], min_y=box[1], max_x=box[2], max_y=box[3],
            wkb=None if geometry is None else geometry.wkb, properties=said,
        )  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows without geometry as JSON has them; what is unknown is null."""
    table = frame.drop(columns="geometry", errors="ignore")
    # Through pandas' own JSON: it knows all its ways to say that nothing is known.
    text = table.to_json(orient="records", force_ascii=False, date_format="iso", double_precision=15)
    found: list[dict[str, Any]] = json.loads(text)
    return found
