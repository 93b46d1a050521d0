"""Areas that an office draws as their lines: each with the attributes of its own line, none lost unsaid."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile

from blockplan.exchange.office.network_lines import enclosed

WEST, EAST = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)


def layer(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def moved(shape, east=500_000, north=4_400_000, scale=1.0):
    return shapely.transform(shape, lambda at: at * scale + (east, north))


@pytest.fixture
def drawn(folder, brought, tmp_path):
    """Bring lines in as a role that is drawn as areas elsewhere; gives plan and findings."""

    def run(role, lines, fields, **columns):
        names = {"DKBH": ["A-01", "A-02"], "YDDM": ["R2", "B1"]}
        shapes = [moved(one, scale=10) for one in (WEST, EAST)]
        shapefile(parcels(shapes=shapes, **(names | columns.pop("also", {}))), folder / "地块.shp")
        shapefile(layer([moved(one, scale=10) for one in lines], **columns), folder / "线.shp")
        _, result = brought()
        head, found, text = result.mapping_toml.partition('role = "ignored"\n')
        assert found
        why, _, rest = text.partition("\n\n")
        named = "".join(f'\n[[layer.field]]\nfield = "{a}"\ncolumn = "{b}"\n' for a, b in fields.items())
        text = f'{head}role = "{role}"\ncrs = "{CRS}"\n{why}\n{named}\n{rest}'
        (tmp_path / "edited.toml").write_text(text, encoding="utf-8")
        return brought(mapping=tmp_path / "edited.toml")

    return run


def test_blocks_drawn_as_closed_lines_have_their_own_names_each(drawn):
    lines = [shapely.LineString(one.exterior) for one in (WEST, EAST)]
    plan, result = drawn(
        "blocks", lines, {"MC1": "block_id"}, MC1=["JQ-01", "JQ-02"], also={"JQBH": ["JQ-01", "JQ-02"]}
    )
    blocks = plan.layer("blocks")
    assert blocks.geometry.area.to_dict() == {"JQ-01": 10_000, "JQ-02": 20_000}
    assert plan.layer("parcels")["block_id"].tolist()[:2] == ["JQ-01", "JQ-02"]
    assert not rules(result, "office-outline")


def test_existing_uses_drawn_as_closed_lines_are_those_of_their_own_line(drawn):
    lines = [shapely.LineString(one.exterior) for one in (WEST, EAST)]
    plan, _ = drawn("existing_land", lines, {"YD1": "land_use"}, YD1=["耕地", "林地"])
    assert plan.layer("parcels")["existing_land_use"].tolist()[:2] == ["01", "03"]


def test_a_boundary_of_a_line_that_does_not_close_is_said_with_its_gap(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    ring = [(500_000, 4_400_000), (500_400, 4_400_000), (500_400, 4_400_120), (500_000, 4_400_000.5)]
    shapefile(layer([shapely.LineString(ring)], 名称=["某片区"]), folder / "规划范围线.shp")
    _, result = brought()
    assert result.made["boundary"] != "given"
    (found,) = rules(result, "office-outline")
    assert (found.grade, found.measured) == ("warning", 0.5)
    assert (found.x, found.y) == (500_000, 4_400_000)
    assert "lines of the boundary enclose no land" in found.message


def areas(lines):
    return [(at, area.area) for at, area in enclosed(lines).areas]


def test_open_lines_close_a_ring_with_each_other_and_with_closed_ones():
    north = shapely.LineString([(0, 10), (0, 20), (10, 20), (10, 10)])
    one, other = shapely.LineString([(40, 0), (60, 0), (60, 10)]), shapely.LineString([(60, 10), (40, 0)])
    stray = shapely.LineString([(100, 0), (120, 0)])
    found = enclosed([stray, WEST.exterior, north, one, other, shapely.Point(5, 5)])
    assert [(at, area.area) for at, area in found.areas] == [(1, 100), (2, 100), (3, 100)]
    assert (found.unused, found.joined) == ([0, 5], 1)


def test_a_ring_inside_another_is_left_out_of_it_whichever_is_drawn_first():
    pond = shapely.box(2, 2, 4, 4).exterior
    assert sorted(areas([WEST.exterior, pond])) == [(0, 96), (1, 4)]
    assert sorted(areas([pond, WEST.exterior])) == [(0, 4), (1, 96)]


def test_a_hole_is_no_area_and_a_bow_is_two():
    yard = shapely.MultiLineString([WEST.exterior, shapely.box(2, 2, 4, 4).exterior])
    assert areas([yard]) == [(0, 96)]
    assert areas([shapely.LineString([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])]) == [(0, 2)]
    assert enclosed([]).areas == []


@given(st.permutations(range(12)), st.integers(0, 11))
def test_closed_lines_give_back_the_areas_that_they_are_the_edges_of(order, first):
    squares = [
        shapely.box(10 * (at % 4), 10 * (at // 4), 10 * (at % 4) + 10, 10 * (at // 4) + 10) for at in order
    ]
    turned = [
        shapely.LineString([*one.exterior.coords[first % 4 : -1], *one.exterior.coords[: first % 4 + 1]])
        for one in squares
    ]
    found = enclosed(turned)
    assert [at for at, _ in found.areas] == list(range(12))
    assert all(area.equals(squares[at]) for at, area in found.areas)
