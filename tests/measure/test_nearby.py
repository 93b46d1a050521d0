"""What is near a parcel today and under the plan: distances, names, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.town import edited, town, without

from blockplan.measure.distance.methods import ways_to
from blockplan.measure.distance.reach import distances_to
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.inputs.homes import Homes
from blockplan.report.public.nearby import nearby


def row(plan, id_: str) -> int:
    return list(plan.layer("parcels").index).index(id_)


def test_the_nearest_thing_is_named_with_its_distance_in_a_line_and_on_foot() -> None:
    plan = town()
    found = nearby(plan)
    line, foot = found["culture", "line"], found["culture", "network"]
    at = row(plan, "C")
    assert (line.id[at], line.metres[at]) == ("culture", 0.0)
    # From the middle of A: 50 m to the street, 200 m along it, 50 m to the middle of C.
    assert foot.metres[row(plan, "A")] == 300.0


def test_facilities_without_status_leave_today_unknown() -> None:
    found = nearby(town())["nursing_home", "line"]
    assert (found.today, found.count_today) == ("unknown", 0)
    assert np.isnan(found.today_m).all()


def test_planned_facilities_alone_mean_that_none_stands_today() -> None:
    plan = edited(town(), "facilities", status="planned")
    assert nearby(plan)["nursing_home", "line"].today == "none"


def test_today_counts_only_what_stands() -> None:
    plan = edited(town(), "facilities", status="planned")
    plan = edited(plan, "facilities", "school", status="existing", service="culture")
    found = nearby(plan)["culture", "line"]
    at = row(plan, "C")
    assert (found.today, found.id[at], found.today_id[at]) == ("measured", "culture", "school")
    assert found.today_m[at] > found.metres[at] == 0.0


def test_a_park_stands_today_where_the_land_is_one_today() -> None:
    plan = edited(town(), "parcels", existing_land_use="0103")
    assert nearby(plan)["green", "line"].today == "none"
    plan = edited(plan, "parcels", "F", existing_land_use="1401")
    found = nearby(plan)["green", "line"]
    assert (found.today, found.today_id[row(plan, "G")]) == ("measured", "F")
    assert found.id[row(plan, "G")] == "G"


def test_without_streets_there_are_distances_in_a_line_alone() -> None:
    plan = town()
    plan = without(plan, "streets", *plan.layer("streets").index)
    assert {along for _, along in nearby(plan)} == {"line"}


@pytest.mark.parametrize("service", ["nursing_home", "primary_school", "culture"])
def test_distances_on_foot_are_those_of_the_measures(service: str) -> None:
    plan = town()
    names, points = plan.layer("parcels").index.to_numpy(dtype=object), parcel_points(plan)
    ones = np.ones(len(names))
    homes = Homes(np.full(len(names), "parcels", dtype=object), names, points, ones, "parcels")
    rows = np.flatnonzero(plan.layer("facilities")["service"] == service)
    measured = distances_to(plan, homes, rows, [ways_to("facility")["net_edge_facility"]], (10_000.0, 100.0))
    np.testing.assert_array_equal(nearby(plan)[service, "network"].metres, measured[0].metres)
