"""Proposals, comparisons and dropped files at the workbench, by HTTP."""

from __future__ import annotations

import re
import shutil
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.support.handmade import layers, manifest
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp
from blockplan.errors import PlanDataError
from blockplan.plan import Plan
from blockplan.portal.workspace import dropped_files
from blockplan.propose.siting.site import propose_site
from blockplan.propose.siting.site_params import SiteParams

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long
EXAMPLES = Path(__file__).parents[2] / "examples"
TOWN = EXAMPLES / "office-town"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = tmp_path_factory.mktemp("workbench") / "zone"
    shutil.copytree(EXAMPLES / "demonstration-zone", place)
    with workbench(place, "--scenario", "b") as one:
        yield one


def ended(service: Service) -> dict[str, Any]:
    """The search once it has ended; it takes a few seconds of CPU."""
    for _ in range(600):
        said = service.ask("/workspace/proposal")[1]
        if said["state"] != "running":
            return dict(said)
        time.sleep(0.2)
    pytest.fail("The search did not end.")


def fails(service: Service) -> list[str]:
    verdicts = service.ask("/workspace/result")[1]["verdicts"]
    return [one["rule"] for one in verdicts if one["outcome"] == "fail" and one["force"] == "must"]


def test_a_repair_is_searched_for_beside_the_editing_and_taken_in_part_then_whole(service: Service) -> None:
    before = service.ask("/workspace/state")[1]
    assert len(fails(service)) == 4
    assert service.ask("/workspace/proposal", {"seconds": 60})[1]["state"] == "running"
    assert service.ask("/workspace/state")[1]["hash"] == before["hash"]
    found = ended(service)
    assert found["state"] == "done", found["message"]
    assert found["proved"]
    assert found["hash"] == before["hash"]
    assert found["objective"] == 6
    assert len(found["features"]) >= 6
    one = found["features"][0]
    name = f"{one['layer']}:{one['id']}"
    part = service.ask("/workspace/proposal/take", {"only": [name]})[1]
    assert {each["id"] for each in part["features"]} == {one["id"]}
    service.ask("/workspace/undo", {})
    whole = service.ask("/workspace/proposal/take", {})[1]
    assert whole["seq"] == part["seq"] + 2
    assert fails(service) == []
    assert service.ask("/workspace/verify")[1]["same"]
    assert service.ask("/workspace/proposal/take", {})[0] == 422  # it starts from what is no longer there
    service.ask("/workspace/undo", {})
    assert service.ask("/workspace/state")[1]["hash"] == before["hash"]


def test_numbers_of_a_use_that_contradict_each_other_are_refused_before_the_search(service: Service) -> None:
    for said, told in (
        ({"count": 0.4}, "处数须为整数"),
        ({"most_m2": 2000}, "最大面积须与最小面积一并给出"),
        ({"least_m2": 5000, "most_m2": 2000}, "不小于它"),
    ):
        wanted = {"kind": "layout", "uses": {"kindergarten": said}}
        status, answer = service.ask("/workspace/proposal?lang=zh", wanted)
        assert status == 422
        assert told in answer["message"]


def test_a_search_is_cancelled_and_forgotten(service: Service) -> None:
    service.ask("/workspace/proposal", {"seconds": 60})
    assert service.ask("/workspace/proposal/cancel", {})[0] == 200
    assert ended(service)["seconds"] < 30
    assert service.ask("/workspace/proposal", method="DELETE")[1] == {"state": "none"}
    assert service.ask("/workspace/proposal/take", {})[0] == 404
    for seconds in (0, -1, "long", 1e9, True):
        assert service.ask("/workspace/proposal", {"seconds": seconds})[0] == 422


def test_sites_and_uses_are_searched_for_as_the_commands_find_them(service: Service) -> None:
    wanted = {"kind": "site", "service": "kindergarten", "new": 2, "within_m": 400, "seconds": 60}
    assert service.ask("/workspace/proposal", wanted)[1]["kind"] == "site"
    found = ended(service)
    assert found["state"] == "done", found["message"]
    plan = bp.read(EXAMPLES / "demonstration-zone", "b")
    same = propose_site(plan, SiteParams(service="kindergarten", new=2, within_m=400))
    assert (found["objective"], found["proved"]) == (same.objective, same.proved)
    assert {one["id"] for one in found["features"]} == {one.id for one in same.changes}
    assert {one["layer"] for one in found["features"]} >= {"facilities"}
    taken = service.ask("/workspace/proposal/take", {})[1]
    assert {one["id"] for one in taken["features"]} == {one.id for one in same.changes}
    assert service.ask("/workspace/verify")[1]["same"]
    service.ask("/workspace/undo", {})

    service.ask("/workspace/proposal", {"kind": "landuse", "seconds": 20})
    found = ended(service)
    assert found["state"] == "done", found["message"]
    assert found["kind"] == "landuse"
    assert {one["layer"] for one in found["features"]} == {"parcels"}


def test_vacant_land_is_laid_out_beside_the_editing_and_a_part_of_it_is_never_torn(service: Service) -> None:
    before = service.ask("/workspace/state")[1]["hash"]
    uses = {"primary_school": {"count": 1, "least_m2": 10_000, "within_m": 500}, "green": {"within_m": 500}}
    wanted = {"kind": "layout", "vacant": ["LS-01-04-013"], "uses": uses, "seconds": 8}
    assert service.ask("/workspace/proposal", wanted)[1]["kind"] == "layout"
    found = ended(service)
    assert found["state"] == "done", found["message"]
    assert {one["id"] for one in found["features"]} == {
        "LS-01-04-013", "LS-01-04-013-1", "LS-01-04-013-2", "PS-LS-01-04-013-2",
    }  # fmt: skip
    taken = service.ask("/workspace/proposal/take", {"only": ["parcels:LS-01-04-013-2"]})[1]
    assert {one["id"] for one in taken["features"]} == {one["id"] for one in found["features"]}
    assert [one["rule"] for one in taken["faults"]] == ["pq-missing"]  # how many places, nobody knows yet
    assert service.ask("/workspace/verify")[1]["same"]
    service.ask("/workspace/undo", {})
    assert service.ask("/workspace/state")[1]["hash"] == before


def test_a_layout_without_numbers_names_all_that_no_rule_states(service: Service) -> None:
    service.ask("/workspace/proposal", {"kind": "layout", "uses": {"clinic": {"count": 2}}, "seconds": 5})
    assert ended(service)["state"] == "refused"
    for lang, asked in (
        ("zh", "社区卫生服务中心的服务距离（米）"),
        ("ja", "診療所の敷地面積（m²）"),
        ("en", "how near clinic"),
    ):
        message = service.ask(f"/workspace/proposal?lang={lang}")[1]["message"]
        assert asked in message
        assert "`" not in message
    service.ask("/workspace/proposal", method="DELETE")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A town in which no parcel may become anything else, and nobody is known to live."""
    place = tmp_path_factory.mktemp("settled") / "town"
    plan = town(packs=["zone"])
    plan.layers["parcels"]["residents"] = np.nan
    bp.write(plan, place)
    with workbench(place) as one:
        yield one


@pytest.mark.parametrize(
    ("lang", "uses", "sites"),
    [
        ("zh", "没有地块可以改变用途（", "不知道为谁选址"),
        ("ja", "用途を変えられる区画がありません（", "誰のために立地するか分かりません"),
        ("en", "No parcel may become anything else (", "For whom to site is not known"),
    ],
)
def test_a_search_that_cannot_begin_says_why_in_the_readers_language_and_without_codes(
    settled: Service, lang: str, uses: str, sites: str
) -> None:
    said = []
    for wanted in ({"kind": "landuse"}, {"kind": "site", "service": "park", "in_place": True}):
        settled.ask("/workspace/proposal", {**wanted, "seconds": 20})
        assert ended(settled)["state"] == "refused"
        said.append(settled.ask(f"/workspace/proposal?lang={lang}")[1]["message"])
    assert said[0].startswith(uses)
    assert said[1].startswith(sites)
    assert not re.search(r"`|\[permit\]|nothing else permitted\)\. Name|residents_and_jobs", "".join(said))
    settled.ask("/workspace/proposal", method="DELETE")


@pytest.mark.parametrize(
    ("lang", "signs"),
    [
        ("zh", "没有地块可设医院"),
        ("ja", "病院を置ける区画がありません"),
        ("en", "No parcel may take a hospital"),
    ],
)
def test_a_search_that_finds_no_parcel_says_why_without_a_parameter_that_the_page_lacks(
    service: Service, lang: str, signs: str
) -> None:
    wanted = {"kind": "site", "service": "hospital", "seconds": 20}
    service.ask("/workspace/proposal", wanted)
    assert ended(service)["state"] == "refused"
    message = service.ask(f"/workspace/proposal?lang={lang}")[1]["message"]
    assert signs in message
    assert "`" not in message
    # With those that are hospitals already there is land, or another reason.
    service.ask("/workspace/proposal", {**wanted, "in_place": True})
    ended(service)
    assert service.ask(f"/workspace/proposal?lang={lang}")[1].get("message", "") != message
    service.ask("/workspace/proposal", method="DELETE")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"kind": "colours"}, "none of repair, site, landuse, layout"),
        ({"kind": "layout", "vacant": "A"}, "a list of ids"),
        ({"kind": "layout", "count_by": "colour"}, "one of residents, area"),
        ({"kind": "layout", "homes_ha": -1}, "at least 0"),
        ({"kind": "layout", "uses": {"park": {"count": -2}}}, "above 0"),
        ({"kind": "layout", "uses": {"park": {"colour": 1}}}, "count, least_m2"),
        ({"kind": "site"}, "cannot be sited"),
        ({"kind": "site", "service": ["park"]}, "by a word"),
        ({"kind": "site", "service": "park", "new": 0}, "at least 1"),
        ({"kind": "site", "service": "park", "within_m": -5}, "more than 0"),
        ({"kind": "site", "service": "park", "weigh_by": "colour"}, "one of residents"),
        ({"kind": "site", "service": "park", "site_m2": 0}, "land of a site"),
        ({"parts": 1}, "true or false"),
        ({"in_place": 1}, "true or false"),
        ({"colour": "red"}, "knows no colour"),
    ],
)
def test_a_search_for_what_makes_no_sense_is_refused_and_the_last_one_stays(
    service: Service, wanted: dict[str, Any], said: str
) -> None:
    before = service.ask("/workspace/proposal")[1]
    status, answer = service.ask("/workspace/proposal", wanted)
    assert status == 422
    assert said in answer["message"]
    assert service.ask("/workspace/proposal")[1] == before


def test_sites_are_for_dwellings_or_their_land_where_residents_are_not_known(tmp_path: Path) -> None:
    plan = town()
    parcels = plan.layer("parcels").assign(residents=np.nan)
    parcels.loc["E", "permitted"] = "080404"
    bp.write(plan.replace(parcels=parcels), tmp_path / "town")
    wanted = {"kind": "site", "service": "kindergarten", "seconds": 20}
    with workbench(tmp_path / "town") as one:
        one.ask("/workspace/proposal", wanted)
        assert ended(one)["state"] == "refused"
        one.ask("/workspace/proposal", {**wanted, "weigh_by": "residents_and_jobs"})
        assert ended(one)["state"] == "refused"
        said = {lang: one.ask(f"/workspace/proposal?lang={lang}")[1]["message"] for lang in ("zh", "ja")}
        assert "（居住人口与就业岗位）" in said["zh"]
        assert "（居住人口と就業者数）" in said["ja"]
        one.ask("/workspace/proposal", {**wanted, "weigh_by": "residential_land"})
        found = ended(one)
        assert (found["state"], [each["id"] for each in found["features"]][:1]) == ("done", ["E"])


def test_two_scenarios_stand_side_by_side_with_who_gains(service: Service) -> None:
    found = service.ask("/workspace/compare?with=a")[1]
    assert [one["id"] for one in found["columns"]] == ["a", "b"]
    assert found["changed"]
    assert service.ask("/workspace/compare?with=nowhere")[0] == 404
    # The page parts a number from the words around it as it is told, and reads no sentence.
    for row in (*found["verdicts"], *found["measures"]):
        before, after = row["around"]
        for by in row["by"]:
            if by.get("judged", True) and by.get("measured", by.get("value")) is not None:
                assert by["said"].startswith(before)
                assert by["said"].endswith(after)
    many = service.ask("/workspace/compare?with=*")[1]
    assert [one["id"] for one in many["columns"]] == ["base", "a", "c", "b"]
    assert all(len(one["by"]) == 4 for one in many["verdicts"])
    drawn = service.ask("/workspace/layers?only=parcels&scenario=a")[1]["layers"]["parcels"]["features"]
    assert len(drawn) == len(bp.read(EXAMPLES / "demonstration-zone", "a").layer("parcels"))


def test_the_plan_is_taken_away_as_report_sheet_and_package(service: Service, tmp_path: Path) -> None:
    for kind, begins in (("html", b"<!doctype html"), ("pdf", b"%PDF"), ("zip", b"PK")):
        status, content = service.fetch(f"/workspace/report?as={kind}&lang=ja")
        assert status == 200
        assert content[:14].lower().startswith(begins.lower())
    (tmp_path / "plan.zip").write_bytes(content)
    assert (
        bp.read(tmp_path / "plan.zip", "b").rows_hash
        == bp.read(EXAMPLES / "demonstration-zone", "b").rows_hash
    )
    assert service.ask("/workspace/report?as=exe")[0] == 404


def test_a_plan_without_parcels_has_no_sheet_to_take_away_and_is_told_why(tmp_path: Path) -> None:
    bp.write(Plan(manifest(), {"boundary": layers()["boundary"]}), tmp_path / "bare")
    with workbench(tmp_path / "bare") as bare:
        status, said = bare.ask("/workspace/report?as=pdf")
        assert status == 422
        assert "No sheet can be drawn" in str(said)


def test_an_offices_folder_that_is_dropped_becomes_the_plan_that_is_open(tmp_path: Path) -> None:
    place = tmp_path / "zone"
    shutil.copytree(EXAMPLES / "demonstration-zone", place)
    with workbench(place) as service:
        form = TOWN / "shapefiles"
        dropped = [
            (f"town/{file.relative_to(form)}", file.read_bytes())
            for file in sorted(form.rglob("*"))
            if file.is_file()
        ]
        status, said = service.drop(dropped)
        assert status == 200, said
        assert (tmp_path / said["package"] / "plan.toml").is_file()
        parcels = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
        assert len(parcels) >= 30
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for file in sorted((EXAMPLES / "demonstration-zone").rglob("*")):
                archive.write(file, f"zone/{file.relative_to(EXAMPLES / 'demonstration-zone')}")
        status, said = service.drop([("again.zip", packed.getvalue())])
        assert status == 200, said
        assert service.ask("/workspace/state")[1]["plan"] == bp.read(place).manifest.id
        before = service.ask("/workspace/state")[1]
        for strange in ([("../x.shp", b"x")], [("note.txt", b"no plan")], []):
            assert service.drop(strange)[0] == 422
        assert service.ask("/workspace/state")[1]["hash"] == before["hash"]


def test_a_zip_is_unpacked_within_the_bounds_of_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dropped(*names: str) -> bytes:
        made = BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                packed.writestr(name, b"x" * 10_000)
        return made.getvalue()

    for content, said in (
        (dropped("../out.txt"), "is no name of a file"),
        (b"PK no zip", "no file in it can be read"),  # left to the import
        (dropped("a.txt", "b.txt", "c.txt"), "more than 2"),
        (dropped("a.txt", "b.txt"), "larger than"),
    ):
        monkeypatch.setattr(dropped_files, "MOST_FILES", 2)
        monkeypatch.setattr(dropped_files, "MOST_BYTES", 15_000)
        with pytest.raises(PlanDataError, match=said):
            dropped_files.take_in([("a.zip", [content])], tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []
