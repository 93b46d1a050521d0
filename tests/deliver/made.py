"""Plans to hand in or to hold texts against, and the answers of an office to a filing form."""

import dataclasses
import datetime as dt

import docx
from tests.random_plans import random_plan

from blockplan.check import check
from blockplan.deliver.filing import fill
from blockplan.deliver.from_profile import restore
from blockplan.deliver.handover import carried
from blockplan.deliver.losses import losses
from blockplan.deliver.text import check_text
from blockplan.deliver.to_profile import carry
from blockplan.report.view import View
from blockplan.report.words import Words

PROFILES = ("deqing", "hangzhou-xg", "wenzhou", "zhongshan")
ANSWERS = {
    "bah": "330100-2021-001", "xzqdm": "330102", "xzqmc": "示例区", "bzjsdw": "示例规划院", "sqdw": "示例局",
    "jbr": "经办人", "gcjz": "1985国家高程基准", "pfsj": "2021-12-01", "pwh": "示政函〔2021〕1号",
}  # fmt: skip


def a_view(plan):
    """A plan as its texts are held against it."""
    return View(plan, check(plan, packs=["gb50137"]), Words("zh"))


def a_plan(seed):
    """A random plan with bounds of every kind on its parcels."""
    import numpy as np

    draw = np.random.default_rng(seed)
    plan = random_plan(seed)
    parcels = plan.layer("parcels").copy()
    for base, kind, most in (("far", "far_kind", 3.0), ("green_ratio", "green_kind", 0.6)):
        parcels[base] = np.where(
            draw.random(len(parcels)) < 0.8, draw.uniform(0.1, most, len(parcels)).round(2), np.nan
        )
        kinds = draw.choice(["upper", "lower", "range", "guide", None], len(parcels))
        parcels[kind] = [None if np.isnan(v) else k for v, k in zip(parcels[base], kinds, strict=True)]
        ranged = parcels[kind] == "range"
        parcels.loc[ranged, f"{base}_min"] = parcels.loc[ranged, base] / 2
        parcels.loc[ranged, f"{base}_max"] = parcels.loc[ranged, base]
    parcels["remarks"] = [draw.choice(["保留古树", "长" * 300, None]) for _ in range(len(parcels))]
    return plan.replace(parcels=parcels)


@dataclasses.dataclass
class Hop:
    """A plan under a profile and back: the plan read again, which row became which, what is lost."""

    plan: object
    ids: dict
    lost: dict


def hop(plan, profile):
    """A plan carried into the layers of a profile and read from them again, without a file."""
    form = fill(plan, profile, ANSWERS, 1, "入库")
    tables = carry(plan, profile, form)
    back = restore(tables, profile, form, plan.manifest.crs, dt.date(2026, 1, 1).isoformat())
    order = carried(profile, tables)
    ids = {
        (layer, id_): str(back.layers[layer].index[at])
        for layer, own in order.items()
        for at, id_ in enumerate(own)
    }
    lost = {(one.layer, one.field, one.id): one for one in losses(plan, back, order)}
    return Hop(back, ids, lost)


def judged(view, *paragraphs):
    """What `check text` says of a document of these paragraphs."""
    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    return check_text(view, document).statements


def numbers(view, *paragraphs):
    """Of each number what is said, how it stands, and what it is bound to."""
    return [(one.said, one.state, one.bound_to) for one in judged(view, *paragraphs) if one.kind == "number"]
