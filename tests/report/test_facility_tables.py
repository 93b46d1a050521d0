"""The table of facilities: what is asked for and what is there."""

from __future__ import annotations

from dataclasses import replace

import shapely
from tests.support.handmade import cell, frame, manifest, verdict
from tests.support.office_tables import land, of, records

from blockplan.measure.measurement import Measurement
from blockplan.plan import Plan
from blockplan.report.office.columns import Line, on_paper


def test_an_item_that_a_rule_judges_says_what_is_asked_for_and_whom_it_carries() -> None:
    measured = Measurement("nursing_beds_per_1000", 10.0, "bed", per=1000, supply=500.0)
    one = verdict("beds", "pass", measured=10.0, unit="bed", measurement=measured)
    one = replace(one, required=replace(one.required, op=">=", value=9.5))
    plan = land(("0103", "0701", 1.0), residents=50_000.0)
    rows = records(of(plan, "per_thousand", verdicts=(one,)))
    beds = next(row for row in rows if row["item"] == "Nursing beds")
    assert (beds["supply"], beds["per_1000"], beds["required_op"], beds["required_per_1000"]) == (
        500, 10.0, "≥", 9.5,
    )  # fmt: skip
    assert beds["carries"] == 52_631
    assert beds["outcome"] == "✓ pass"
    park = next(row for row in rows if row["item"] == "Park green space")
    assert (park["supply"], park["per_1000"], park["required_per_1000"]) == (0, 0, "")
    hospital = next(row for row in rows if row["item"] == "Hospital beds")
    assert hospital["supply"] is None  # the plan has no layer of facilities


def test_land_that_a_rule_counts_in_hectares_is_in_square_metres_and_does_not_read_as_none() -> None:
    measured = Measurement("accessible_green", 0.0448, "ha", per=1000, supply=0.224)
    one = verdict("green", "fail", measured=0.0448, unit="ha", measurement=measured)
    one = replace(one, required=replace(one.required, op=">=", value=3.0))
    rows = records(of(land(("0103", "0701", 1.0), residents=5_000.0), "per_thousand", verdicts=(one,)))
    (green,) = [row for row in rows if row["required_op"]]
    assert (green["supply"], green["unit"], green["per_1000"], green["required_per_1000"]) == (
        2_240, "m²", 448.0, 30_000.0,
    )  # fmt: skip
    assert green["carries"] == 74


def test_a_facility_without_a_name_is_called_by_its_kind_and_not_by_its_id() -> None:
    plan = Plan(manifest(), {"facilities": frame([
        {"facility_id": "w80319114", "service": "library", "geometry": shapely.Point(1, 1)},
        {"facility_id": "w80319115", "service": "clinic", "name_en": "East", "geometry": shapely.Point(2, 2)},
    ])})  # fmt: skip
    rows = records(of(plan, "facilities"))
    assert sorted(row["facility_name"] for row in rows) == ["East", "Library"]


def test_a_facility_of_an_unknown_kind_is_of_no_kind_and_not_of_another() -> None:
    rows = [
        {"facility_id": f"F{at}", "name_zh": "附小", "service": service, "geometry": shapely.Point(0, at)}
        for at, service in enumerate((None, "clinic"))
    ]
    plan = Plan(manifest(), {"facilities": frame(rows)})
    clinic, unknown = records(of(plan, "facilities"))
    assert (clinic["service"], clinic["category"]) == ("Health centre", "Health")
    assert (unknown["service"], unknown["category"]) == (None, None)


def test_a_level_that_a_facility_does_not_state_is_unknown_and_not_left_blank() -> None:
    rows = [
        {"facility_id": f"F{at}", "service": "clinic", "level": level, "geometry": shapely.Point(0, at)}
        for at, level in enumerate(("district", None))
    ]
    stated, unknown = records(of(Plan(manifest(), {"facilities": frame(rows)}), "facilities"))
    assert (stated["level"], unknown["level"]) == ("district", None)


def test_whether_a_facility_shares_a_building_is_said_only_where_land_tells_it() -> None:
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": "A", "land_use": "0701", "geometry": cell(0, 0)},
            {"parcel_id": "B", "land_use": "0806", "geometry": cell(1, 0)},
        ]),
        "facilities": frame([
            {"facility_id": f"F{at}", "service": "clinic", "parcel_id": host, "site_area_m2": site,
             "geometry": cell(at, 0).centroid}
            for at, (host, site) in enumerate([("A", None), ("B", 900.0), ("B", None), (None, None)])
        ]),
    })  # fmt: skip
    told = {
        (row["parcel_id"], row["facility_site_m2"]): row["setting"] for row in records(of(plan, "facilities"))
    }
    assert told == {
        ("A", None): "within another building", ("B", 900): "on land of its own",
        ("B", None): None, ("", None): None,
    }  # fmt: skip


def test_a_facility_on_land_of_its_own_kind_is_not_called_shared() -> None:
    said = {
        "1303": "utility",
        "1310": "fire",
        "1208": "transport",
        "0901": "market",
        "0702": "community_service",
    }
    there = shapely.Point(0, 0)
    plan = Plan(manifest(), {
        "parcels": frame([
            {"parcel_id": use, "land_use": use, "geometry": cell(at, 0)} for at, use in enumerate(said)
        ]),
        "facilities": frame([
            {"facility_id": f"{kind} {use}", "service": kind, "parcel_id": use, "geometry": there}
            for use in said for kind in (said[use], "culture")
        ]),
    })  # fmt: skip
    told = {(row["service"], row["parcel_id"]): row["setting"] for row in records(of(plan, "facilities"))}
    assert {setting for (kind, _), setting in told.items() if kind == "Culture"} == {
        "within another building"
    }
    assert {setting for (kind, _), setting in told.items() if kind != "Culture"} == {None}


def test_places_and_beds_are_unknown_where_a_facility_may_be_of_any_kind() -> None:
    def beds(**said: object) -> object:
        plan = land((None, "0701", 1.0))
        there = {"geometry": shapely.Point(5, 5)}
        named = [
            {"facility_id": "F-1", "beds": 3.0, "service": "hospital", **there},
            {"facility_id": "F-2", **said, **there},
        ]
        table = of(plan.replace(facilities=frame(named)), "per_thousand")
        found = [row["supply"] for row in records(table) if row["item"] == "Hospital beds"]
        assert bool(found) is not (
            "amount is not known" in table.notes[0] and "Hospital beds" in table.notes[0]
        )
        return found[0] if found else None

    assert beds(service="library") == 3
    assert beds(service=None) is None


def test_a_plan_that_houses_nobody_says_so_and_not_that_its_residents_are_unknown() -> None:
    made = [of(land(("0103", code, 1.0)), "per_thousand").lead for code in ("1001", "0701")]
    assert "Nobody is planned" in made[0]
    assert "does not say how many people" in made[1]
    nobody = of(land(("0103", "1001", 1.0)), "land_balance").notes
    assert not any("not known" in one and "residents" in one for one in nobody)


def test_on_paper_supplies_that_are_unknown_stand_as_dashes_beside_what_a_rule_asks_for() -> None:
    table = of(land(("0103", "0701", 1.0)), "per_thousand")
    places = {one.key: at for at, one in enumerate(table.columns)}

    def kept(asked: float | None) -> bool:
        cells: list[str | float | int | None] = [None] * len(table.columns)
        cells[places["required_per_1000"]] = asked
        return places["supply"] in on_paper(table.columns, [Line(tuple(cells))])

    assert kept(10_000.0)
    assert not kept(None)
