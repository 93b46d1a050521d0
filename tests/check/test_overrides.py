"""What a plan sets of the choices that it is judged under: only what a rule opens, and never unseen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from click.testing import CliRunner
from tests.support.builders import X, Y, a_manifest, boundary_of

from blockplan.check import check
from blockplan.check.parameters import plain, same
from blockplan.cli import app
from blockplan.plan import Plan, write
from blockplan.report.summary import summary_document
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

OFFICES_ARE_GREEN = {"green_codes": ["1401", "0902"]}


def offices(parameters: dict[str, Any], packs: tuple[str, ...] = ("gb50180",)) -> Plan:
    """Homes of 1,000 people in a circle with 8 ha of offices and no green."""
    home = shapely.box(X, Y, X + 100, Y + 100)
    whole = shapely.box(X, Y, X + 400, Y + 300)
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["A", "B"], "land_use": ["0701", "0902"], "residents": [1000.0, None]},
        geometry=[home, whole.difference(home)],
        crs="EPSG:4548",
    )
    circles = gpd.GeoDataFrame({"circle_id": ["c"], "tier": ["15"]}, geometry=[whole], crs="EPSG:4548")
    layers = {"boundary": boundary_of(parcels), "parcels": parcels, "circles": circles}
    return Plan(a_manifest(packs=list(packs), parameters=parameters), layers)


def test_a_plan_does_not_set_what_a_national_rule_counts() -> None:
    result = check(offices(OFFICES_ARE_GREEN))
    verdict = result.verdict("gb50180-green15")
    assert (verdict.force, verdict.outcome, verdict.measured) == ("must", "fail", 0.0)
    assert verdict.definition["parameters"]["green_codes"] == ["1401"]
    assert verdict.overrides == ()
    assert {
        "en": "The plan sets green_codes to 1401, 0902, but the rule does not open it and is judged by 1401.",
        "zh": "规划设定 green_codes 为 1401、0902，但该规则不允许改动，按 1401 判定。",
        "ja": "計画は green_codes を 1401、0902 としているが、この基準は変更を認めず、1401 で判定する。",
    } in verdict.notes
    (one,) = result.overrides
    assert (one.name, one.default, one.rules) == ("green_codes", ["1401"], ())
    assert "gb50180-green15" in one.closed
    assert result.parameters["green_codes"] == ["1401"]


def test_what_a_rule_opens_the_plan_sets_and_every_place_says_so() -> None:
    plan = offices(OFFICES_ARE_GREEN, ("zone",))
    result = check(plan)
    verdict = result.verdict("zone-green")
    assert (verdict.outcome, verdict.measured) == ("pass", 110.0)
    said = verdict.to_dict()["overrides"]
    assert said == [{"name": "green_codes", "value": ["1401", "0902"], "default": ["1401"]}]
    assert "The plan sets green_codes to 1401, 0902; the rule's own value is 1401." in [
        note["en"] for note in verdict.notes
    ]
    document = result.to_dict()
    assert document["parameters"]["green_codes"] == ["1401", "0902"]
    (one,) = document["overrides"]
    assert "zone-green" in one["rules"]
    assert "green_share" in one["measures"]  # reported beside the verdicts, and under the same codes


def test_the_first_page_of_a_report_says_what_the_plan_sets() -> None:
    plan = offices(OFFICES_ARE_GREEN, ("zone", "gb50180"))
    result = check(plan)
    for lang, words in (
        ("en", "green_codes is set to 1401, 0902 (by itself 1401)"),
        ("zh", "green_codes 设为 1401、0902"),
    ):
        view = View(plan, result, Words(lang))
        (line,) = view.overrides
        assert words in line
        assert "gb50180-green15" in line
        assert line in repr(summary_document(view))


def test_a_limit_and_a_tolerance_that_the_plan_sets_are_overrides_too() -> None:
    result = check(offices({"green_access_share": 0.5, "gap_tolerance_m2": 500.0}, ("zone",)))
    assert [(one.name, one.value, one.default) for one in result.overrides] == [
        ("green_access_share", 0.5, 1),
        ("gap_tolerance_m2", 500.0, 1.0),
    ]
    assert result.overrides[1].measures == ("validate",)


def test_a_plan_that_says_what_is_so_by_itself_overrides_nothing() -> None:
    result = check(offices({"green_codes": ["1401"], "large_park_min_ha": 10}, ("zone",)))
    assert result.overrides == ()
    assert all(not verdict.overrides for verdict in result.verdicts)


def test_readings_beside_a_verdict_stay_the_plans_to_choose() -> None:
    result = check(offices({"green_readings": []}, ("zone",)))
    verdict = result.verdict("zone-green-access")
    assert verdict.definition["parameters"]["green_readings"] == []


def test_the_command_names_them(tmp_path: Path) -> None:
    write(offices(OFFICES_ARE_GREEN), tmp_path / "plan")
    shown = CliRunner().invoke(app, ["check", str(tmp_path / "plan")])
    assert "Parameters that the plan sets:\n  green_codes is set to 1401, 0902" in shown.output
    as_json = CliRunner().invoke(app, ["check", str(tmp_path / "plan"), "--json"])
    assert [one["name"] for one in json.loads(as_json.stdout)["overrides"]] == ["green_codes"]


def test_values_are_alike_in_any_order_and_read_with_their_units_parted() -> None:
    assert same(["1401", "0902"], ("0902", "1401"))
    assert not same(["1401"], "1401")
    assert plain(31_040.0) == "31,040"
    assert plain([]) == "–"
