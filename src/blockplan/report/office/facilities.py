"""Public facilities (公共服务设施一览表): a line a facility, by kind of service and parcel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.measure.inputs.columns import ids, values
from blockplan.report.office.columns import TEXTS, Column, Line, OfficeTable, said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("number", "whole", "facilities"),
    Column("category", "text", "facilities.service"),
    Column("facility_name", "text", "facilities.name_*"),
    Column("service", "text", "facilities.service"),
    Column("level", "text", "facilities.level"),
    Column("parcel_id", "code", "facilities.parcel_id"),
    Column("code", "code", "parcels.land_use"),
    Column("facility_site_m2", "whole", "facilities.site_area_m2"),
    Column("facility_floor_m2", "whole", "facilities.floor_area_m2"),
    Column("beds", "whole", "facilities.beds"),
    Column("places", "whole", "facilities.places"),
    Column("classes", "whole", "facilities.classes"),
    Column("setting", "text", "facilities.site_area_m2"),
    Column("status", "text", "facilities.status"),
)
#: Land for public services, of both lists; and kind of service -> other land of its own.
SERVICES = ("08", "A")
LAND_OF_SERVICE = {
    "utility": ("13", "U"),
    "fire": ("13", "U"),
    "transport": ("12", "S"),
    "market": ("09", "B"),
    "retail": ("09", "B"),
    "community_service": ("0702", "0704", "R12", "R22", "R32"),
}
#: Kinds of service in the order of the table.
CATEGORIES = {
    "education": ("kindergarten", "primary_school", "nine_year_school", "secondary_school"),
    "health": ("hospital", "clinic"),
    "elderly": ("nursing_home", "day_care", "welfare", "childcare"),
    "culture": ("culture", "library"),
    "sport": ("sport",),
    "community": ("community_service",),
    "commerce": ("market", "retail"),
    "safety": ("police", "fire"),
    "utility": ("utility",),
    "transport": ("transport",),
    "other": ("other",),
}


def facilities(view: View) -> OfficeTable:
    """Each facility, with whether it stands alone on its land or shares a building."""
    plan, words = view.plan, view.words
    order = {one: (at, category) for at, (category, of) in enumerate(CATEGORIES.items()) for one in of}
    last = (len(CATEGORIES), "other")
    use_of = dict(zip(ids(plan, "parcels"), values(plan, "parcels", "land_use"), strict=True))
    names = called(view)
    text = {key: values(plan, "facilities", key) for key in ("service", "level", "parcel_id", "status")}
    number = {
        key: values(plan, "facilities", key)
        for key in ("site_area_m2", "floor_area_m2", "beds", "places", "classes")
    }
    rows: list[tuple[tuple[int, str, str], tuple[Cell, ...]]] = []
    for at, id_ in enumerate(ids(plan, "facilities")):
        service, host = text["service"][at] or "", text["parcel_id"][at] or ""
        rank, category = order.get(service, last)
        status, level = text["status"][at] or "", text["level"][at] or ""
        site = _number(number["site_area_m2"], at)
        cells: tuple[Cell, ...] = (
            said(view, f"per_thousand.{category}") if service else None, names[at],
            words.or_else(f"service.{service}", service) if service else None,
            _word(view, "level", level) or None, host,
            use_of.get(host) or "", site, _number(number["floor_area_m2"], at),
            *(_number(number[key], at) for key in ("beds", "places", "classes")),
            _setting(view, site, use_of.get(host) or "", service), _word(view, "status", status),
        )  # fmt: skip
        rows.append(((rank, host, str(id_)), cells))
    rows.sort(key=lambda row: row[0])
    lines = tuple(Line((place, *cells)) for place, (_, cells) in enumerate(rows, 1))
    return OfficeTable("facilities", COLUMNS, lines)


def called(view: View) -> list[str]:
    """What each facility is called: its name, else its kind. An id says nothing to a reader."""
    if not len(ids(view.plan, "facilities")):
        return []
    kinds = (one or "other" for one in values(view.plan, "facilities", "service"))
    names = view.ground.names("facilities")
    return [
        name or view.words.or_else(f"service.{kind}", kind) for name, kind in zip(names, kinds, strict=True)
    ]


def _setting(view: View, site: Cell, use: str, service: str) -> Cell:
    """Alone with land of its own, shared on land of another use; unknown on land for such, or on none."""
    if site:
        return said(view, "facilities.alone")
    own = use.startswith((*SERVICES, *LAND_OF_SERVICE.get(service, ())))
    return said(view, "facilities.shared") if use and not own else None


def _number(column: NDArray[np.float64], at: int) -> Cell:
    return round(float(column[at])) if is_known(column[at]) else None


def _word(view: View, kind: str, code: str) -> str:
    return said(view, f"{kind}.{code}") if f"{kind}.{code}" in TEXTS else code
