"""Plans to hand in or to hold texts against, and the answers of an office to a filing form."""

import dataclasses
import datetime as dt

import docx
import geopandas as gpd
import pandas as pd
import shapely
import shapely.affinity
from tests.support.random_plans import random_plan

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


#: What a field of text holds badly: long, of several alphabets and lines, with blanks, words of other kinds.
TEXTS = (
    "保留古树", " 前后有空格 ", "長" * 300, "Größe über 10 %, “quoted”; né à l’Île", "再開発促進区「みどり」",
    "𠮷野家𩸽" * 40, "first line\nsecond line\ttab", "0", "是", "nan", "",
)  # fmt: skip


def a_hard_plan(seed):
    """
    A random plan with what a database holds badly.

    A parcel in two parts and one with a hole, a block without parcels, facilities without place or parcel,
    control lines of every kind as lines and as areas, uses that are mixed, kept and existing parcels, and
    texts of `TEXTS`; much of it unknown.
    """
    import numpy as np

    from blockplan.plan.model.layers import VALUES

    draw = np.random.default_rng(seed)
    plan = a_plan(seed)

    def some(frame, *values):
        return [
            None if draw.random() < 0.3 else values[draw.integers(len(values))] for _ in range(len(frame))
        ]

    parcels = plan.layer("parcels")
    parcels = parcels.assign(
        status=some(parcels, "existing", "kept", "rebuilt", "planned", "vacant"),
        existing_land_use=some(parcels, "0701", "1401", "0103", "R2"),
        compatible_uses=some(parcels, "0902", "0902,0901", "商业", "0902(20%)"),
        compatible_split=some(parcels, "7:3", "0701:0.7,0902:0.3", "70%"),
        entrances=some(parcels, "S", "南", "东、西", "N,E"), phase=some(parcels, "1", "近期", "2025–2030"),
        remarks=some(parcels, *TEXTS), owner=some(parcels, *TEXTS), committed=some(parcels, True, False),
        parking_spaces=some(parcels, 0.0, 12.0, 400.0), underground_floor_area_m2=some(parcels, 0.5, 1e4),
    )  # fmt: skip
    shapes = list(parcels.geometry)
    away = shapely.affinity.translate(shapes[1], 5_000)
    shapes[0] = shapely.MultiPolygon([*shapely.get_parts(shapes[0]), *shapely.get_parts(away)])
    shapes[2] = shapes[2].difference(shapes[2].representative_point().buffer(0.5))
    blocks = plan.layer("blocks")
    empty = blocks.iloc[:1].assign(block_id="empty").set_axis(["empty"])
    kinds = sorted(VALUES["control_lines", "kind"])
    rings = [shapely.LineString(shapely.get_parts(one)[0].exterior) for one in shapes[: len(kinds)]]
    lines = gpd.GeoDataFrame(
        {"line_id": [f"L-{kind}" for kind in kinds], "kind": kinds, "name_zh": some(kinds, *TEXTS)},
        geometry=[shapely.Polygon(rings[at % len(rings)]) if at % 2 else rings[at % len(rings)]
                  for at in range(len(kinds))], crs=plan.crs,
    )  # fmt: skip
    facilities = plan.layer("facilities")
    names = {column: some(facilities, *TEXTS) for column in ("name_zh", "name_en", "name_ja")}
    levels = some(facilities, "zone", "neighbourhood", "elsewhere", "市级")
    streets = plan.layer("streets")
    return plan.replace(
        parcels=parcels.set_geometry(shapes), control_lines=lines,
        blocks=pd.concat([blocks, empty.set_geometry([away] * len(empty))]),
        facilities=facilities.assign(
            **names, level=levels, parcel_id=[None, *facilities["parcel_id"][1:]],
        ).set_geometry([*facilities.geometry[:-1], None]),
        streets=streets.assign(name_zh=some(streets, *TEXTS)),
    )  # fmt: skip


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
        (layer, str(plan.layers[layer].index[row])): str(back.layers[layer].index[at])
        for layer, own in order.items()
        for at, row in enumerate(own)
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
