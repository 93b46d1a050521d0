import textwrap
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.support.layer_files import write_layer

from blockplan.errors import MappingError, PlanDataError
from blockplan.exchange import import_layers
from blockplan.plan import Difference, Plan, read, write
from blockplan.plan.files import formats

PLAN = """
[plan]
id = "ours"
crs = "EPSG:4548"
drawn_on = 2024-01-01
"""
BOUNDARY = """
[layers.boundary]
derived = { derive = "bbox", of = ["parcels"] }
"""
PARCELS = """
[layers.parcels]
source_layer = "dk"
[layers.parcels.columns]
parcel_id = "bh"
"""


def plots(crs="EPSG:4548", **columns):
    """Two squares of 100 m side by side, the western one first."""
    shapes = [shapely.box(500_000 + 100 * n, 4_400_000, 500_100 + 100 * n, 4_400_100) for n in range(2)]
    table = columns or {"bh": ["A", "B"], "yd": ["G1", "R2"], "rjl": ["2.0", "2,5"], "bz": ["x", None]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4548").to_crs(crs)


@pytest.fixture
def imported(tmp_path):
    """Import layers by a mapping; gives the plan and the summary."""

    def run(mapping, **layers):
        (tmp_path / "m.toml").write_text(textwrap.dedent(mapping), encoding="utf-8")
        if layers:
            formats.write_layers(layers, tmp_path / "source.gpkg")
        summary = import_layers(tmp_path / "m.toml", tmp_path / "source.gpkg", tmp_path / "out")
        return read(tmp_path / "out"), summary

    return run


def test_columns_constants_expressions_and_codes(imported):
    plan, summary = imported(
        PLAN
        + BOUNDARY
        + PARCELS
        + """
        land_use = { column = "yd", codes = { G1 = "1401", R2 = "0701" } }
        status = { constant = "planned" }
        far = "rjl"
        declared_area_m2 = { expression = '10000 if yd == "G1" else None' }
        """.replace("        ", ""),
        dk=plots(),
    )
    parcels = plan.layer("parcels")
    assert parcels["land_use"].to_dict() == {"A": "1401", "B": "0701"}
    assert parcels["status"].tolist() == ["planned", "planned"]
    assert parcels["far"].tolist()[0] == 2.0
    assert pd.isna(parcels.at["B", "far"])
    assert parcels.at["A", "declared_area_m2"] == 10_000
    assert pd.isna(parcels.at["B", "declared_area_m2"])
    assert summary.features == {"boundary": 1, "parcels": 2}
    assert summary.area_m2_by_class == {"boundary": 20_000.0, "parcels": 20_000.0}
    assert [entry.to_dict() for entry in summary.unmapped] == [
        {"class": "dk", "reason": "far = 2,5: is no number, left unknown", "n": 1}
    ]


def test_columns_of_the_source_stay_but_do_not_pass_for_the_plans(imported):
    plan, _ = imported(
        PLAN + BOUNDARY + PARCELS, dk=plots(bh=["A", "B"], far=[2.0, 3.0], colour=["red", "blue"])
    )
    parcels = plan.layer("parcels")
    assert parcels["far"].isna().all()
    assert parcels["source_far"].tolist() == [2.0, 3.0]
    assert parcels["colour"].tolist() == ["red", "blue"]


def test_columns_of_the_source_may_be_left_behind(imported):
    mapping = PLAN + BOUNDARY + PARCELS.replace('"dk"', '"dk"\nkeep = false')
    plan, _ = imported(mapping, dk=plots())
    assert "yd" not in plan.layer("parcels")


@pytest.mark.parametrize(
    ("others", "ids", "uses", "reason"),
    [
        ("unknown", ["A", "B"], ["1401", None], "yd = R2: no code for it, land_use left unknown"),
        ("keep", ["A", "B"], ["1401", "R2"], "yd = R2: no code for it, kept as it is"),
        ("drop", ["A"], ["1401"], "yd = R2: no code for it, left out"),
    ],
)
def test_what_happens_to_a_value_without_code(imported, others, ids, uses, reason):
    rule = f'land_use = {{ column = "yd", codes = {{ G1 = "1401" }}, others = "{others}" }}\n'
    plan, summary = imported(PLAN + BOUNDARY + PARCELS + rule, dk=plots())
    assert list(plan.layer("parcels").index) == ids
    assert plan.layer("parcels")["land_use"].tolist() == uses
    assert [(entry.reason, entry.n) for entry in summary.unmapped] == [(reason, 1)]


def test_a_value_that_says_nothing_stays_as_unknown_where_others_go(imported):
    rule = 'land_use = { column = "yd", codes = { G1 = "1401" }, others = "drop", unknown = ["R2"] }\n'
    plan, summary = imported(PLAN + BOUNDARY + PARCELS + rule, dk=plots())
    assert plan.layer("parcels")["land_use"].tolist() == ["1401", None]
    assert [entry.reason for entry in summary.unmapped] == ["yd = R2: says no land_use, left unknown"]


def test_a_code_table_may_stand_apart_and_serve_several_columns(imported):
    mapping = PLAN + BOUNDARY + PARCELS
    for column in ("land_use", "existing_land_use"):
        mapping += f'{column} = {{ column = "yd", codes = "uses" }}\n'
    plan, _ = imported(mapping + '[codes.uses]\nG1 = "1401"\nR2 = "0701"\n', dk=plots())
    assert plan.layer("parcels")["existing_land_use"].tolist() == ["1401", "0701"]


def test_rows_are_chosen_and_what_no_filter_takes_is_counted_by_value(imported):
    mapping = PLAN + BOUNDARY + PARCELS.replace('"dk"', '"dk"\nwhere = \'yd == "G1"\'')
    plan, summary = imported(mapping, dk=plots())
    assert list(plan.layer("parcels").index) == ["A"]
    assert [(entry.reason, entry.n) for entry in summary.unmapped] == [
        ("yd = R2: no `where` takes it (parcels)", 1)
    ]


def test_a_row_of_which_the_filter_knows_nothing_is_left_out_and_counted(imported):
    mapping = PLAN + BOUNDARY + PARCELS.replace('"dk"', '"dk"\nwhere = \'bz == "x"\'')
    plan, summary = imported(mapping, dk=plots())
    assert list(plan.layer("parcels").index) == ["A"]
    assert [entry.reason for entry in summary.unmapped] == ["bz = unknown: no `where` takes it (parcels)"]


def test_layers_in_degrees_come_into_the_plans_crs(imported):
    plan, _ = imported(PLAN + BOUNDARY + PARCELS, dk=plots(crs="EPSG:4490"))
    assert plan.layer("parcels").geometry.iloc[0].bounds == pytest.approx(
        (500_000, 4_400_000, 500_100, 4_400_100), abs=0.01
    )


def test_a_crs_that_the_file_does_not_declare_is_named_in_the_mapping(imported):
    naked = plots(crs="EPSG:4490").set_crs(None, allow_override=True)
    plan, _ = imported(PLAN + '[source]\ncrs = "EPSG:4490"\n' + BOUNDARY + PARCELS, dk=naked)
    assert plan.layer("parcels").geometry.iloc[0].bounds[0] == pytest.approx(500_000, abs=0.01)


def test_the_crs_may_be_that_of_the_source(imported):
    plan, _ = imported(PLAN.replace("EPSG:4548", "source") + BOUNDARY + PARCELS, dk=plots(crs="EPSG:32650"))
    assert plan.manifest.crs == "EPSG:32650"


def test_a_source_in_degrees_does_not_give_the_plan_its_crs(imported):
    with pytest.raises(PlanDataError, match=r"Layer parcels of .*source\.gpkg .* is in degrees"):
        imported(PLAN.replace("EPSG:4548", "source") + BOUNDARY + PARCELS, dk=plots(crs="EPSG:4490"))


def test_a_source_without_crs_does_not_give_the_plan_one(imported):
    with pytest.raises(PlanDataError, match=r"declares a coordinate reference system; plan\.crs = 'source'"):
        imported(
            PLAN.replace("EPSG:4548", "source") + BOUNDARY + PARCELS,
            dk=plots().set_crs(None, allow_override=True),
        )


def test_a_derived_outline_says_so_in_the_plan(imported):
    outline = """
        [layers.extent]
        derived = { derive = "convex_hull", of = ["parcels"], buffer_m = 50 }
    """
    plan, _ = imported(PLAN + BOUNDARY + PARCELS + textwrap.dedent(outline), dk=plots())
    assert plan.layer("boundary")["name"].tolist() == ["bounding box of parcels (derived at import)"]
    assert plan.layer("boundary").geometry.iloc[0].area == pytest.approx(20_000)
    assert plan.layer("extent").geometry.iloc[0].area == pytest.approx(300 * 200)
    assert plan.manifest.model_extra["imported"] == {
        "source": "source.gpkg",
        "mapping": "m.toml",
        "derived": {
            "boundary": "bounding box of parcels (derived at import)",
            "extent": "convex hull of parcels, 50 m wider (derived at import)",
        },
    }


def test_an_outline_of_nothing_is_refused(imported):
    with pytest.raises(PlanDataError, match="boundary cannot be derived: none of parcels holds a feature"):
        imported(PLAN + BOUNDARY + PARCELS, dk=plots().iloc[:0])


@pytest.mark.parametrize(
    ("outside", "length", "n"), [("keep", [150, 50], 0), ("drop", [150], 1), ("cut", [100], 1)]
)
def test_what_lies_outside_the_extent(imported, outside, length, n):
    lines = gpd.GeoDataFrame(
        {"nr": [1, 2]},
        geometry=[
            shapely.LineString([(500_100, 4_400_050), (500_250, 4_400_050)]),
            shapely.LineString([(600_000, 4_400_050), (600_050, 4_400_050)]),
        ],
        crs="EPSG:4548",
    )
    rail = f'[layers.rail]\nsource_layer = "gd"\noutside = "{outside}"\ncolumns = {{ id = "nr" }}\n'
    plan, summary = imported(PLAN + BOUNDARY + PARCELS + rail, dk=plots(), gd=lines)
    assert plan.layer("rail").length.tolist() == pytest.approx(length)
    assert sum(entry.n for entry in summary.unmapped) == n


PIECES = """
[layers.boundary]
source_layer = "bd"
[layers.parcels]
source_layer = "dk"
outside = "cut"
columns = { parcel_id = "bh", residents = "rk" }
"""


def test_a_neighbour_that_only_touches_is_left_out_where_the_extent_cuts(imported):
    bounds = [(0, 0), (200, 0), (400, 0), (100, 100), (0, -100)]
    dk = gpd.GeoDataFrame(
        {"bh": ["A", "east", "far", "corner", "shaved"], "rk": [10.0, 20.0, 400.0, 800.0, 5.0]},
        geometry=[shapely.box(x, y, x + 200, y + 100) for x, y in bounds[:4]]
        # A micrometre of it, less than coordinates can tell, lies inside.
        + [shapely.box(0, -100, 200, 1e-6)],
        crs="EPSG:4548",
    )
    dk.geometry = dk.translate(500_000, 4_400_000)
    plan, summary = imported(PLAN + PIECES, dk=dk, bd=dk.iloc[[0]][["geometry"]].assign(name="all"))
    parcels = plan.layer("parcels")
    assert parcels["residents"].to_dict() == {"A": 10.0}
    assert parcels.geom_type.tolist() == ["Polygon"]
    assert [entry.to_dict() for entry in summary.unmapped] == [
        {"class": "dk", "reason": "lies outside the plan's extent, left out", "n": 4}
    ]


def test_a_part_of_a_parcel_does_not_keep_the_residents_of_the_whole(imported):
    dk = plots(bh=["A", "B"], rk=[10.0, 400.0])
    half = gpd.GeoDataFrame(
        {"name": ["all"]},
        geometry=[shapely.box(500_000 - 1e-7, 4_400_000, 500_150, 4_400_100)],
        crs="EPSG:4548",
    )
    plan, summary = imported(PLAN + PIECES, dk=dk, bd=half)
    parcels = plan.layer("parcels")
    assert parcels.area.tolist() == pytest.approx([10_000, 5_000])
    assert parcels.at["A", "residents"] == 10
    assert pd.isna(parcels.at["B", "residents"])
    assert [entry.reason for entry in summary.unmapped] == [
        "residents: of a whole that the extent cuts, left unknown"
    ]


def test_each_source_of_a_layer_is_treated_by_its_own_rule(imported):
    def stops(name, *easts):
        places = [shapely.Point(500_000 + east, 4_400_050) for east in easts]
        return gpd.GeoDataFrame(
            {"sid": [f"{name}{at}" for at in range(len(easts))]}, geometry=places, crs="EPSG:4548"
        )

    rules = "".join(
        f'[[layers.stops]]\nsource_layer = "{name}"\noutside = "{how}"\ncolumns = {{ stop_id = "sid" }}\n'
        for name, how in (("near", "drop"), ("far", "keep"), ("none", "drop"))
    )
    plan, summary = imported(
        PLAN + BOUNDARY + PARCELS + rules,
        dk=plots(),
        near=stops("near", 200, 950),  # the first on the edge
        far=stops("far", 950),
        none=stops("none", 951, 952),
    )
    assert list(plan.layer("stops").index) == ["near0", "far0"]
    assert {entry.layer: entry.n for entry in summary.unmapped} == {"near": 1, "none": 2}


def test_a_broken_outline_is_not_cut_but_named_by_its_fault(imported):
    bow = gpd.GeoSeries([shapely.Polygon([(0, 0), (300, 100), (300, 0), (0, 100)])])
    dk = gpd.GeoDataFrame(
        {"bh": ["bow"], "rk": [1.0]},
        geometry=bow.translate(500_000, 4_400_000),
        crs="EPSG:4548",
    )
    bd = plots().iloc[[0]][["geometry"]].assign(name="all")
    plan, summary = imported(PLAN + PIECES, dk=dk, bd=bd)
    assert list(plan.layer("parcels").index) == ["bow"]
    assert any(fault.layer == "parcels" and fault.grade == "error" for fault in summary.faults)


def test_shapes_may_become_points(imported):
    stops = '[layers.stops]\nsource_layer = "dk"\ngeometry = "point"\ncolumns = { stop_id = "bh" }\n'
    plan, _ = imported(PLAN + BOUNDARY + PARCELS + stops, dk=plots())
    assert plan.layer("stops").geom_type.tolist() == ["Point", "Point"]


def test_several_sources_make_one_layer(imported):
    mapping = PLAN + BOUNDARY + PARCELS.replace("[layers.parcels]", "[[layers.parcels]]")
    mapping += PARCELS.replace("[layers.parcels]", "[[layers.parcels]]").replace('"dk"', '"dk2"')
    plan, summary = imported(mapping, dk=plots(), dk2=plots(bh=["C", "D"]))
    assert list(plan.layer("parcels").index) == ["A", "B", "C", "D"]
    assert {fault.rule for fault in summary.faults} >= {"pq-double"}


def test_a_column_whose_name_is_no_word_gets_an_alias(imported):
    mapping = PLAN + BOUNDARY + PARCELS.replace('"dk"', '"dk"\nalias = { storeys = "层数 (m)" }')
    mapping += "height_m = { expression = 'storeys * 3' }\n"
    frame = plots(bh=["A", "B"])
    frame["层数 (m)"] = [4.0, None]
    plan, _ = imported(mapping, dk=frame)
    assert plan.layer("parcels").at["A", "height_m"] == 12


def test_what_nobody_reads_is_counted(imported):
    _, summary = imported(PLAN + BOUNDARY + PARCELS, dk=plots(), trees=plots())
    assert [entry.to_dict() for entry in summary.unmapped] == [
        {"class": "trees", "reason": "no layer of the mapping reads it", "n": 2}
    ]


def test_an_optional_layer_may_be_absent(imported):
    water = '[layers.water]\nsource_layer = "sx"\noptional = true\ncolumns = { id = "bh" }\n'
    plan, _ = imported(PLAN + BOUNDARY + PARCELS + water, dk=plots())
    assert not plan.has_layer("water")


def test_all_that_does_not_fit_the_source_is_told_at_once(imported):
    mapping = PLAN + BOUNDARY + PARCELS
    mapping += "far = \"fsi\"\nheight_m = { expression = 'cs * 3' }\nland_use = { expression = 'yd > 3' }\n"
    mapping += '[layers.water]\nsource_layer = "sx"\ncolumns = { id = "bh" }\n'
    mapping += '[layers.stops]\nsource_layer = "dk"\nwhere = "bh"\n'
    mapping += 'alias = { x = "y" }\ncolumns = { stop_id = "bh" }\n'
    with pytest.raises(MappingError) as caught:
        imported(mapping, dk=plots())
    said = str(caught.value)
    for expected in (
        "in 6 places",
        "layers.parcels.columns.far: the source layer has no column 'fsi'; it has: bh, yd, rjl, bz",
        "layers.parcels.columns.height_m: 'cs * 3' names cs",
        "layers.parcels.columns.land_use: 'yd > 3' compares a text with a number",
        "layers.water.source_layer: ",
        "layers.stops.where: 'bh' gives a text, not true or false",
        "layers.stops.alias.x: the source layer has no column 'y'",
    ):
        assert expected in said, said


def test_nothing_is_written_when_the_mapping_does_not_fit(imported, tmp_path):
    with pytest.raises(MappingError):
        imported(PLAN + BOUNDARY + PARCELS.replace('"bh"', '"none"'), dk=plots())
    assert not (tmp_path / "out").exists()


def test_a_layer_name_that_is_likely_a_slip_is_refused(imported):
    with pytest.raises(MappingError, match=r"layers\.parcel: a plan has no such layer; 'parcels' is meant\?"):
        imported(PLAN + BOUNDARY + PARCELS.replace("layers.parcels", "layers.parcel"), dk=plots())


def test_keys_of_plan_toml_are_checked(imported):
    with pytest.raises(PlanDataError, match=r"m\.toml \[plan\]: 1 of its keys cannot be used"):
        imported(PLAN.replace("[plan]", '[plan]\nstatus = "dreamt"') + BOUNDARY + PARCELS, dk=plots())


def test_a_folder_of_files_offers_each_under_its_name(tmp_path):
    source = tmp_path / "src"
    write_layer(plots(), source / "dk.shp")
    write_layer(plots(), source / "sx.geojson")
    (source / "notes.txt").write_text("no layer")
    (tmp_path / "m.toml").write_text(
        PLAN + BOUNDARY + PARCELS + '[layers.water]\nsource_layer = "sx"\ncolumns = { id = "bh" }\n'
    )
    summary = import_layers(tmp_path / "m.toml", source, tmp_path / "out")
    assert summary.features == {"boundary": 1, "parcels": 2, "water": 2}


def test_a_zip_of_files_is_unpacked_for_the_time_being(tmp_path):
    write_layer(plots(), tmp_path / "src" / "dk.shp")
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as target:
        for file in (tmp_path / "src").iterdir():
            target.write(file, f"delivery/{file.name}")
    (tmp_path / "m.toml").write_text(PLAN.replace('"ours"', '"source"') + BOUNDARY + PARCELS)
    summary = import_layers(tmp_path / "m.toml", tmp_path / "delivery.zip", tmp_path / "out")
    assert summary.features == {"boundary": 1, "parcels": 2}
    assert read(tmp_path / "out").manifest.id == "delivery"


def test_two_files_of_one_name_are_refused(tmp_path):
    for suffix in (".shp", ".geojson"):
        write_layer(plots(), tmp_path / "src" / f"dk{suffix}")
    (tmp_path / "m.toml").write_text(PLAN + BOUNDARY + PARCELS)
    with pytest.raises(PlanDataError, match=r"Both dk\.geojson and dk\.shp in .* hold a layer 'dk'"):
        import_layers(tmp_path / "m.toml", tmp_path / "src", tmp_path / "out")


def test_a_folder_without_layers_is_said(tmp_path):
    (tmp_path / "m.toml").write_text(PLAN + BOUNDARY + PARCELS)
    (tmp_path / "src").mkdir()
    with pytest.raises(PlanDataError, match="holds no file that can be read"):
        import_layers(tmp_path / "m.toml", tmp_path / "src", tmp_path / "out")


def test_importing_twice_gives_the_same_bytes(imported, tmp_path):
    imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


def test_the_summary_is_plain_json(imported):
    import json

    _, summary = imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    table = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    assert sorted(table) == ["area_m2_by_class", "features", "unmapped", "verdicts"]
    assert all(set(one) == {"rule", "outcome", "grade", "measured", "x", "y"} for one in table["verdicts"])


def test_an_import_is_made_again_but_a_drawn_plan_is_not_written_over(imported, tmp_path):
    imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    plan, _ = imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    drawn = Plan(plan.manifest.model_copy(update={"scenarios": {"b": "more"}}), plan.layers)
    write(Plan(drawn.manifest, drawn.layers, differences={"b": Difference({})}), tmp_path / "out")
    with pytest.raises(PlanDataError, match="holds the plan 'ours', which was drawn and not only imported"):
        imported(PLAN + BOUNDARY + PARCELS, dk=plots())
    assert (tmp_path / "out" / "scenarios" / "b.gpkg").is_file()
