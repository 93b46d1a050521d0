"""The figures that a plan is known by: land, residents, capacity, jobs, parks, floor area, streets, stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure import measure
from blockplan.measure.indicators.land import boundary_m2
from blockplan.measure.missing import only_nothing
from blockplan.plan.model.plan import derived_land
from blockplan.report.tables import counted_at_least, jobs_estimated
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement
    from blockplan.report.view import View

#: A measure counts floor area in millions of m2; people read m2, or tens of thousands of them (zh, ja).
M2_PER_MILLION_M2, TEN_THOUSANDS_PER_MILLION = 1e6, 100.0


def key_figures(view: View) -> list[tuple[str, str]]:
    """Name and value of each, in the view's language; values are those of the measures of the report."""
    words, result = view.words, view.result
    known = {one.id: one for one in result.reported}

    def measured(name: str) -> Measurement:
        return known[name] if name in known else measure(view.plan, name)[0]

    land = boundary_m2(view.plan)
    green, stations = measured("green_per_resident").supply, measured("modes_per_station")
    floor, jobs = measured("floor_area_total").value, measured("jobs")
    wide = ("m2", M2_PER_MILLION_M2) if words.lang == "en" else ("10k m2", TEN_THOUSANDS_PER_MILLION)
    of_land = "planned_land" if derived_land(view.plan) is None else "planned_land_derived"
    rows = [
        (of_land, words.area(land)),
        ("residents", words.amount(result.residents.central, "person")),
        # Where no rule bounds them there is nothing to know.
        *(
            [("capacity", words.amount(result.capacity.residents, "person"))]
            if result.capacity.by_rule
            else []
        ),
        ("jobs_estimated" if jobs_estimated(jobs) else "jobs", _jobs(view, jobs)),
        ("green", words.amount(None if green is None else green / M2_PER_HA, "ha")),
        ("floor_area", words.amount(None if floor is None else floor * wide[1], wide[0])),
        ("streets", words.amount(measured("street_density").number("length_km"), "km")),
        ("stations", words.amount(_number_of_stations(stations), "station")),
    ]
    return [(words(f"sheet.{key}"), value) for key, value in rows]


def _jobs(view: View, found: Measurement) -> str:
    words = view.words
    unit = "person" if words.lang == "ja" else "job"  # 就業者数 says already who they are
    value = None if found.value is None else float(round(found.value))
    return counted_at_least(words.amount(value, unit), found, words)


def _number_of_stations(modes: Measurement) -> int | None:
    """How many stations the plan has: none where nothing but that is why their modes are not counted."""
    return None if modes.value is None and not only_nothing(modes.missing) else len(modes.by)
