"""
Making a plan ready: read once, judged once, and put into rows that pages read without the plan.

Figures come from `blockplan.check` and the measures behind it; nothing is worked out here.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction

from blockplan.errors import PlanDataError
from blockplan.notice.office import FrozenPlan
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.places import keep
from blockplan.portal.plans.words import folded
from blockplan.portal.words import say
from blockplan.texts import LANGUAGES, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from blockplan.check.verdict import CheckResult
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
    notice: str, package: str, scenario: str | None = None, judged: tuple[Plan, CheckResult] | None = None
) -> PlanVersion:
    """
    Make a plan package ready for the pages of a notice, as a draft.

    Parameters
    ----------
    judged
        The plan of that very package and what `check` says of it, where that is at hand.

    Raises
    ------
    PlanDataError, UsageError
        If it cannot be read.
    """
    plan, result = judged or _judged(package, scenario)
    keep(plan, result)
    version = PlanVersion(
        notice_id=notice, package=str(package), scenario=scenario or "", content_hash=plan.content_hash
    )
    objects = list(_objects(version, plan, result))
    version.document = {
        "title": dict(plan.manifest.title),
        "synthetic": plan.manifest.synthetic,
        "authority": plan.manifest.authority,
        "attribution": plan.manifest.attribution,
        "crs": plan.manifest.crs,
        "frozen": FrozenPlan.of(plan, package, scenario).said,
        "result": result.to_dict(),
        "objects": dict(Counter(one.layer for one in objects)),
    }
    with transaction.atomic():
        version.save()
        PlanObject.objects.bulk_create(objects, batch_size=BATCH)
    return version


def _judged(package: str, scenario: str | None) -> tuple[Plan, CheckResult]:
    from blockplan.check import check  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.plan import read  # noqa: PLC0415

    plan = read(package, scenario)
    return plan, check(plan)


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
    from blockplan.plan.layers import LAYERS as SPECS  # noqa: PLC0415

    column = SPECS[layer].id_column or ""
    require_short(layer, [str(id_) for id_ in frame[column]])
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
