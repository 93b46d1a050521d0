"""The figures that a plan is known by: land, residents, capacity, jobs, parks, floor area, streets, stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure import measure
from blockplan.measure.indicators.areas import boundary_m2
from blockplan.plan.model.plan import derived_land
from blockplan.units import M2_PER_HA, M2_PER_KM2

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
    floor = measured("floor_area_total").value
    wide = ("m2", M2_PER_MILLION_M2) if words.lang == "en" else ("10k m2", TEN_THOUSANDS_PER_MILLION)
    jobs = measured("jobs").value
    of_land = "planned_land" if derived_land(view.plan) is None else "planned_land_derived"
    rows = [
        (of_land, words.amount(None if land is None else land / M2_PER_KM2, "km2")),
        ("residents", words.amount(result.residents.central, "person")),
        ("capacity", words.amount(result.capacity.residents, "person")),
        ("jobs", words.amount(jobs if jobs is None else float(round(jobs)), "job")),
        ("green", words.amount(None if green is None else green / M2_PER_HA, "ha")),
        ("floor_area", words.amount(None if floor is None else floor * wide[1], wide[0])),
        ("streets", words.amount(measured("street_density").definition.get("length_km"), "km")),
        ("stations", words.amount(None if stations.value is None else len(stations.by), "station")),
    ]
    return [(words(f"sheet.{key}"), value) for key, value in rows]
