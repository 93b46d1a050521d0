"""Greens and their gates come in, each green once; who may enter, and of what a gate is, is not guessed."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile
from tests.exchange.office.drawn import Sheet, sound

from blockplan.exchange.office.greens import PUBLIC
from blockplan.exchange.office.importing import import_office
from blockplan.measure.parameters import GreenParameters
from blockplan.plan import read

EAST, NORTH = 500_000, 4_400_000


def at(x, y):
    return shapely.Point(EAST + x, NORTH + y)


def box(west, south, east, north):
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def areas(*shapes, **columns):
    return gpd.GeoDataFrame(columns or {"no": range(len(shapes))}, geometry=list(shapes), crs=CRS)


def points(*places, **columns):
    return areas(*(at(*one) for one in places), **columns)


@pytest.fixture
def town(folder):
    """Four parcels in a row (the third is a park), with whatever layers are written beside them."""
    shapefile(parcels(), folder / "地块.shp")

    def put(**layers):
        for name, frame in layers.items():
            shapefile(frame, folder / f"{name}.shp")

    return put


def said(result, layer):
    return next(one for one in result.mapping.layer if one.layer == layer)


def test_a_layer_of_parks_becomes_greens_with_kind_and_access(town, brought):
    town(公园=areas(
        box(0, 200, 90, 290), box(100, 200, 190, 290),
        公园编号=["P1", "P2"], 类型=["社区公园", "防护绿地"], 开放情况=["对外开放", "不开放"],
    ))  # fmt: skip
    plan, result = brought()
    found = plan.layer("greens")
    assert found[["kind", "access"]].to_numpy().tolist() == [["park", "yes"], ["防护绿地", "no"]]
    assert list(found.index) == ["P1", "P2"]
    assert (said(result, "公园").role, said(result, "公园").confidence >= 0.6) == ("greens", True)


def test_who_may_enter_is_not_guessed_and_is_asked_for(town, brought):
    town(公园=areas(box(0, 200, 90, 290), box(100, 200, 190, 290), access=["private", None]))
    plan, result = brought()
    assert plan.layer("greens")["access"].isna().tolist() == [False, True]
    told = [one for one in rules(result, "office-green") if one.column == "access"]
    assert [one.measured for one in told] == [1.0]
    assert told[0].message.startswith("1 of 2 greens do not say who may enter (G0002). ")


def test_a_kind_that_no_rule_counts_is_kept_and_told(town, brought):
    town(green=areas(box(0, 200, 90, 290), box(100, 200, 190, 290), kind=["landuse=grass", "leisure=park"]))
    plan, result = brought()
    assert plan.layer("greens")["kind"].tolist() == ["landuse=grass", "leisure=park"]
    told = [one.message for one in rules(result, "office-green") if one.column == "kind"]
    assert told[0].startswith(
        "1 greens are of kinds that rules do not count as public green: landuse=grass (1)."
    )


def test_the_kinds_that_count_are_those_of_the_rules():
    assert set(GreenParameters().green_kinds) == PUBLIC


def test_a_wood_is_woodland_too(town, brought):
    town(green=areas(box(0, 200, 90, 290), box(100, 200, 190, 290), kind=["forest", "park"]))
    plan, _ = brought()
    assert list(plan.layer("woodland").index) == ["G0001"]


def test_a_green_that_is_drawn_as_a_parcel_too_counts_once(town, brought):
    # The park is parcel A-03; what lies on the homes' parcel A-01 is none of green land, and stays.
    town(公园=areas(box(201, 1, 299, 99), box(10, 10, 40, 40)))
    plan, result = brought()
    assert len(plan.layer("greens")) == 1
    assert rules(result, "office-green")[0].message.startswith(
        "1 greens are drawn as parcels of green land too (G0001); the parcels count"
    )


def test_a_shut_green_on_a_green_parcel_is_a_warning(town, brought):
    town(公园=areas(box(201, 1, 299, 99), access=["小区专用"]))
    _, result = brought()
    found = rules(result, "office-green")[0]
    assert (found.grade, "may not enter (G0001)" in found.message) == ("warning", True)


def test_parcels_of_green_land_in_a_layer_of_their_own_stay_parcels(town, brought):
    shapes = [box(0, 200, 100, 300), box(100, 200, 200, 300)]
    town(公园绿地=parcels(shapes=shapes, 编号=["B-01", "B-02"], 用地代码=["G1", "G2"]))
    plan, _ = brought()
    assert "greens" not in plan.layers
    assert plan.layer("parcels").loc[["B-01", "B-02"], "land_use"].tolist() == ["1401", "1402"]


def test_an_entrance_leads_into_the_green_or_parcel_at_whose_edge_it_lies(town, brought):
    town(公园=areas(box(0, 200, 90, 290)), 公园出入口=points((45, 197), (250, 103)))
    plan, _ = brought()
    found = plan.layer("green_entrances")
    assert [one or None for one in found["green_id"]] == ["G0001", None]
    assert [one or None for one in found["parcel_id"]] == [None, "A-03"]


def test_an_entrance_of_a_green_that_is_a_parcel_leads_into_the_parcel(town, brought):
    town(公园=areas(box(201, 1, 299, 99), 公园编号=["P9"]), 公园出入口=points((250, 50), 公园编号=["P9"]))
    plan, _ = brought()
    assert plan.layer("green_entrances")["parcel_id"].tolist() == ["A-03"]


def test_an_entrance_too_far_from_the_edge_is_a_near_miss_with_its_distance(town, brought):
    town(公园=areas(box(0, 200, 90, 290)), 公园出入口=points((45, 188), (45, 900)))
    plan, result = brought()
    assert "green_entrances" not in plan.layers
    near, far = rules(result, "office-entrance")
    assert (near.grade, near.measured, near.x, near.y) == ("warning", 12.0, EAST + 45, NORTH + 188)
    assert far.message.startswith("1 of 2 points lead into no green that counts")


def test_a_gate_at_the_edge_of_two_greens_leads_into_both(town, brought):
    town(公园=areas(box(0, 200, 90, 290), box(90, 200, 180, 290)), 公园出入口=points((90, 200)))
    plan, _ = brought()
    assert plan.layer("green_entrances")["green_id"].tolist() == ["G0001", "G0002"]


def test_a_shut_gate_is_no_entrance(town, brought):
    town(公园=areas(box(0, 200, 90, 290)), 公园出入口=points((45, 200), (10, 200), access=["private", "yes"]))
    plan, _ = brought()
    assert list(plan.layer("green_entrances").index) == ["E0002"]


def test_points_called_entrances_are_of_what_they_lie_at(town, brought):
    town(公园=areas(box(0, 200, 90, 290)), entrances=points((45, 200), (10, 200), (80, 201)))
    plan, result = brought()
    assert len(plan.layer("green_entrances")) == 3
    choice = said(result, "entrances")
    assert (choice.role, choice.confidence) == ("green_entrances", 0.95)
    assert "of 3 lie 3 within 5 m of the edge of a green" in choice.why


def test_doors_of_buildings_called_entrances_are_left_out(town, brought):
    town(建筑=areas(box(10, 10, 40, 40)), entrances=points((10, 20), (40, 20)))
    plan, result = brought()
    assert not {"green_entrances", "accesses"} & set(plan.layers)
    assert said(result, "entrances").role == "ignored"
    assert "2 within 1 m of the outline of a building" in said(result, "entrances").why


def test_crossings_among_a_few_gates_at_parcels_are_no_accesses(town, brought):
    town(entrances=points((0, 50), (900, 900), (950, 900), kind=["barrier=gate", "crossing", "crossing"]))
    plan, result = brought()
    assert "accesses" not in plan.layers
    assert said(result, "entrances").role == "ignored"


def test_entrances_of_stations_are_stops(town, brought):
    town(公交站=points((500, 500)), entrances=points((505, 500), (495, 500)))
    plan, result = brought()
    assert said(result, "entrances").role == "stops"
    assert len(plan.layer("stops")) == 3


def test_gates_of_greens_among_doors_are_taken_and_the_choice_is_asked(town, folder, tmp_path):
    town(
        公园=areas(box(0, 200, 90, 290)), 建筑=areas(box(10, 10, 40, 40)),
        entrances=points((45, 200), (10, 200), (10, 20), (40, 20)),
    )  # fmt: skip
    result = import_office([folder], tmp_path / "plan")
    assert (
        "'green_entrances' was taken; 'ignored' is nearly as likely"
        in rules(result, "office-close")[0].message
    )
    assert len(read(tmp_path / "plan").layer("green_entrances")) == 2
    asked = []
    result = import_office([folder], tmp_path / "other", ask=lambda question: asked.append(question) or 1)
    assert (said(result, "entrances").role, len(asked)) == ("ignored", 1)


def test_what_the_edited_mapping_says_of_a_layer_counts(town, folder, brought, tmp_path):
    town(公园=areas(box(0, 200, 90, 290)), entrances=points((45, 200), (10, 200)))
    _, result = brought()
    text = result.mapping_toml.replace('role = "green_entrances"', 'role = "ignored"')
    (tmp_path / "mine.toml").write_text(text)
    import_office([folder], tmp_path / "again", mapping=tmp_path / "mine.toml")
    assert "green_entrances" not in read(tmp_path / "again").layers


def test_entrances_of_vehicles_stay_accesses(town, brought):
    town(出入口=points((50, 0)))
    plan, _ = brought()
    assert len(plan.layer("accesses")) == 1


def test_entrances_of_the_underground_are_stops(town, brought):
    town(地铁出入口=points((50, 0)))
    plan, _ = brought()
    assert plan.layer("stops")["modes"].tolist() == ["subway"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("green", "gate"),
    [("Öffentliche Grünflächen", "Parkeingänge"), ("espaces_verts", "entrees_de_parc"),
     ("公園緑地", "公園出入口"), ("gongyuan", "gongyuanrukou"), ("open_space", "park_gates")],
)  # fmt: skip
def test_greens_and_their_entrances_are_known_in_other_languages(town, brought, green, gate):
    town(**{green: areas(box(0, 200, 90, 290)), gate: points((45, 200))})
    plan, _ = brought()
    assert (len(plan.layer("greens")), len(plan.layer("green_entrances"))) == (1, 1)


def test_a_green_without_area_is_left_out(town, brought):
    line = shapely.Polygon([(EAST, NORTH + 200), (EAST + 50, NORTH + 200), (EAST, NORTH + 200)])
    town(公园=areas(box(0, 200, 90, 290), line))
    plan, _ = brought()
    assert len(plan.layer("greens")) == 1


def test_a_green_that_crosses_itself_comes_in_as_the_land_it_encloses(town, brought):
    bow = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 200), (90, 290), (90, 200), (0, 290))])
    town(公园=areas(bow))
    plan, _ = brought()
    assert plan.layer("greens").geometry.is_valid.all()


def test_entrances_without_any_green_are_told_and_left_out(town, folder, brought):
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "B1"]), folder / "地块.shp")
    town(公园出入口=points((45, 50)))
    plan, result = brought()
    assert "green_entrances" not in plan.layers
    assert rules(result, "office-entrance")[0].measured == 1.0


def test_a_plan_of_buildings_and_streets_alone_has_greens_too(folder, brought):
    shapefile(areas(box(0, 0, 20, 20), 人口=[30]), folder / "建筑.shp")
    shapefile(areas(box(0, 200, 90, 290)), folder / "公园.shp")
    shapefile(points((45, 200)), folder / "公园出入口.shp")
    plan, _ = brought()
    assert (len(plan.layer("greens")), len(plan.layer("green_entrances"))) == (1, 1)


def test_a_drawing_holds_greens_and_their_entrances(folder, brought):
    sheet = Sheet()
    sound(sheet)
    sheet.box(0, 200, 90, 290, layer="公园")
    sheet.document.blocks.new("GATE").add_circle((0, 0), 1)
    sheet.space.add_blockref("GATE", sheet.at(45, 200), dxfattribs={"layer": "公园出入口"})
    sheet.save(folder / "town.dxf")
    plan, _ = brought()
    assert (len(plan.layer("greens")), len(plan.layer("green_entrances"))) == (1, 1)


def test_a_numbered_outline_on_a_layer_of_greens_is_still_a_parcel(folder, brought):
    sheet = Sheet()
    sound(sheet)
    sheet.box(0, 200, 90, 290, layer="公园", number="B-01", use="G1")
    sheet.save(folder / "town.dxf")
    plan, _ = brought()
    assert "B-01" in plan.layer("parcels").index
    assert "greens" not in plan.layers


def test_kinds_of_facilities_and_stops_are_read_as_maps_write_them(town, brought):
    town(
        schools=points((10, 10), (20, 20), name=["North", None], amenity=["fire_station", "doctors"],
                       capacity=[None, 12]),
        bus_stops=points((50, 50), (60, 60), kind=["tram_stop", "subway_entrance"]),
        buildings=areas(box(10, 10, 20, 20), levels=[3], flats=[6]),
    )  # fmt: skip
    plan, _ = brought()
    assert plan.layer("facilities")["service"].tolist() == ["fire", "clinic"]
    assert plan.layer("stops")["modes"].tolist() == ["tram", "subway"]
    assert plan.layer("buildings")[["floor_area_m2", "dwellings"]].to_numpy().tolist() == [[300.0, 6.0]]
