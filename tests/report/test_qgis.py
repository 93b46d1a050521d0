from __future__ import annotations

import colorsys
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
from PIL import Image
from tests.support.handmade import cell, frame, hand_made, layers, line, manifest, reach, result

from blockplan.cli import app
from blockplan.errors import UsageError
from blockplan.plan import Plan
from blockplan.plan.files import formats
from blockplan.report.maps.basemap import WATER, WATER_LINE
from blockplan.report.qgis import export
from blockplan.report.qgis.styles import CONTROL_LINES, OUTCOMES, SERVICES, STYLES
from blockplan.report.sheets.limitmap import ACCESS, SETBACK
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult

PYTHON = Path("/usr/bin/python3")
RENDER = Path(__file__).with_name("qgis_render.py")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(hand_made(), result(), tmp_path_factory.mktemp("qgis") / "plan.gpkg", "zh")


def of_mixed_layers() -> Plan:
    """The plan with points, lines and polygons in one layer, each far from the others."""
    at = gpd.points_from_xy([460_150, 460_050, 460_700], [4_390_500, 4_390_700, 4_390_700])
    drawn = {
        "accesses": [
            {"access_id": "A-1", "kind": "vehicle", "geometry": at[0]},
            {"access_id": "A-2", "kind": "closed", "geometry": line((0, 200), (0, 600))},
            {"access_id": "A-3", "kind": "closed", "geometry": line((0, 700), (0, 900))},
        ],
        "water": [
            {"id": "W-1", "geometry": cell(2, 6, 1, 1)},
            {"id": "W-2", "geometry": line((-90, 0), (900, 3100))},
        ],
        "programmes": [
            {"programme_id": "R-1", "geometry": at[2]},
            {"programme_id": "R-2", "geometry": cell(1, 2)},
        ],
        "circles": [{"circle_id": "C-1", "tier": "15", "geometry": cell(0, 0, 4, 4)}],
        "facilities": [
            {"facility_id": "F-1", "service": "clinic", "geometry": at[1]},
            {"facility_id": "F-2", "service": "sport", "geometry": cell(1, 10)},
        ],
    }  # fmt: skip
    return Plan(manifest(), layers() | {name: frame(rows) for name, rows in drawn.items()})


def with_limits() -> Plan:
    """The plan with control lines, setbacks, accesses and closed stretches."""
    named = {"name_zh": "河道蓝线", "name_en": "Blue line of the river", "name_ja": "河川の青線"}
    drawn = {
        "control_lines": [
            {"line_id": "L-1", "kind": "blue", **named, "geometry": cell(0, 6, 4, 1)},
            {"line_id": "L-2", "kind": "heritage", "geometry": cell(1, 10, 2, 2)},
        ],
        "setbacks": [
            {"setback_id": "Z-1", "distance_m": 12.5, "geometry": line((10, 12), (390, 12))},
            {"setback_id": "Z-2", "geometry": line((10, 380), (390, 380))},
        ],
        "accesses": [
            {"access_id": "A-1", "kind": "vehicle", "geometry": line((0, 120), (0, 180))},
            {"access_id": "A-2", "kind": "closed", "geometry": line((0, 200), (0, 600))},
        ],
    }
    return Plan(manifest(), layers() | {name: frame(rows) for name, rows in drawn.items()})


def rows(package: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(package)) as store:
        return store.execute(query).fetchall()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_layer_of_the_project_has_a_name_of_its_own(lang: str) -> None:
    words = Words(lang)
    named = [words.or_else(f"qgis.layer.{layer}", "") for layer in STYLES]
    assert all(named)
    assert len({*named}) == len(named)
    assert all(name[0] == name[0].upper() for name in named)


def test_the_package_holds_the_layers_of_the_plan_and_who_fails(package: Path) -> None:
    assert set(hand_made().layers) < set(formats.list_layers(package))
    found = formats.read_layer(package, "verdicts")
    judged = result().verdicts
    assert set(found["rule"]) == {one.rule for one in judged}
    assert len(found) == sum(max(len(one.where), 1) for one in judged)
    places = [(one.rule, place.id) for one in judged for place in one.where]
    named = found[found["id"] != ""]
    assert sorted(zip(named["rule"], named["id"], strict=True)) == sorted(places)


def test_every_drawn_layer_has_a_style_in_three_languages_and_one_of_them_by_default(package: Path) -> None:
    kept = rows(package, "SELECT f_table_name, styleName, useAsDefault, styleQML FROM layer_styles")
    layers = {row[0] for row in kept}
    drawn = {row[0] for row in rows(package, "SELECT table_name FROM gpkg_geometry_columns")}
    assert {"parcels", "streets", "boundary", "facilities", "verdicts", "areas", "structure"} <= drawn
    assert drawn - layers <= {"extent"}
    # The structure is drawn as lines and points.
    parts = {"structure": (" Point", " LineString")}
    assert {row[1] for row in kept} == {
        f"{layer} {lang}{part}" for layer in layers for lang in LANGUAGES for part in parts.get(layer, ("",))
    }
    assert {row[1] for row in kept if row[2]} == {
        f"{layer} zh{parts.get(layer, ('',))[0]}" for layer in layers
    }
    said = {row[1]: [one.get("label") for one in ET.fromstring(row[3]).iter("category")] for row in kept}
    assert "0701 城镇住宅用地" in said["parcels zh"]
    assert "0701 Urban housing" in said["parcels en"]


def test_names_of_parcels_go_before_those_of_verdicts_and_only_who_fails_is_named(package: Path) -> None:
    kept = dict(rows(package, "SELECT styleName, styleQML FROM layer_styles"))
    found = {}
    for layer in ("parcels", "verdicts"):
        root = ET.fromstring(kept[f"{layer} zh"])
        found[layer] = (
            int(next(root.iter("placement")).get("priority")),
            int(next(root.iter("rendering")).get("scaleMax")),
            next(root.iter("text-style")).get("fieldName"),
        )
    assert found["parcels"][0] > found["verdicts"][0]
    assert found["parcels"][1] > found["verdicts"][1]
    assert "'fail'" in found["verdicts"][2]


def test_a_place_that_falls_short_has_the_unit_of_its_own_value(tmp_path: Path) -> None:
    path = export(hand_made(), result(verdicts=(reach(),)), tmp_path / "plan.gpkg", "en")
    found = rows(path, "SELECT value, unit FROM verdicts ORDER BY fid")
    assert found == [(None, ""), (1210.0, "m"), (540.0, "m")]


def test_the_name_of_a_verdict_says_that_its_number_is_of_residents(package: Path) -> None:
    kept = dict(rows(package, "SELECT styleName, styleQML FROM layer_styles"))
    said = {}
    for lang in LANGUAGES:
        root = ET.fromstring(kept[f"verdicts {lang}"])
        said[lang] = str(next(root.iter("text-style")).get("fieldName"))
    assert "|| ' 名居民'" in said["zh"]
    assert "|| ' residents'" in said["en"]
    assert "' | 住民 ' ||" in said["ja"]


def test_a_verdict_stands_beside_the_number_of_its_parcel_and_what_is_kept_is_not_drawn(
    package: Path,
) -> None:
    kept = dict(rows(package, "SELECT styleName, styleQML FROM layer_styles"))
    verdicts = ET.fromstring(kept["verdicts zh"])
    offsets = {one.get("value") for one in verdicts.iter("Option") if one.get("name") == "offset"}
    assert offsets == {"6,-4"}
    drawn = {one.get("value"): one.get("render") for one in verdicts.iter("category")}
    assert drawn == {"fail": "true", "unknown": "true", "pass": "false", "not_applicable": "false"}
    parcels = ET.fromstring(kept["parcels zh"])
    assert next(parcels.iter("placement")).get("placement") == "4"
    assert "LIKE '1207%'" in next(parcels.iter("text-style")).get("fieldName")
    assert next(parcels.iter("rendering")).get("obstacle") == "0"


def test_an_access_and_a_closed_stretch_look_apart_and_setbacks_and_control_lines_are_labelled(
    tmp_path: Path,
) -> None:
    made = export(with_limits(), result(), tmp_path / "plan.gpkg", "en")
    kept = dict(rows(made, "SELECT styleName, styleQML FROM layer_styles"))
    accesses = ET.fromstring(kept["accesses en"])
    assert [one.get("label") for one in accesses.iter("category")][:2] == [
        "Vehicle access", "No-access frontage",
    ]  # fmt: skip
    looks = [
        tuple((one.get("name"), one.get("value")) for one in symbol.iter("Option"))
        for symbol in accesses.iter("symbol")
    ]
    assert len({*looks}) == len(looks) == 3
    said = {
        layer: str(next(ET.fromstring(kept[f"{layer} en"]).iter("text-style")).get("fieldName"))
        for layer in ("setbacks", "control_lines")
    }
    assert "distance_m" in said["setbacks"]
    # Of high and of low buildings apart, and clear of the line, which would strike the label out.
    assert "WHEN attribute('kind') = 'high' THEN 'setback, high buildings '" in said["setbacks"]
    setbacks = ET.fromstring(kept["setbacks en"])
    assert next(setbacks.iter("placement")).get("placementFlags") == "14"
    assert [one.get("value") for one in setbacks.iter("category")] == ["high", "low", ""]
    assert "name_en" in said["control_lines"]


def test_points_lines_and_polygons_of_one_layer_are_layers_of_the_project_by_themselves(
    tmp_path: Path,
) -> None:
    made = export(of_mixed_layers(), result(), tmp_path / "plan.gpkg", "en")
    with zipfile.ZipFile(
        io.BytesIO(bytes.fromhex(rows(made, "SELECT content FROM qgis_projects")[0][0]))
    ) as qgz:
        root = ET.fromstring(qgz.read("blockplan.qgs"))
    found = {
        str(one.findtext("datasource")).partition("layername=")[2]: (
            one.get("geometry"), one.findtext("layername"), {kind.get("type") for kind in one.iter("symbol")}
        )
        for one in root.iter("maplayer")
    }  # fmt: skip
    assert found["accesses|geometrytype=Point"] == ("Point", "Access points (points)", {"marker"})
    assert found["accesses|geometrytype=LineString"] == ("Line", "Access points (lines)", {"line"})
    assert found["water|geometrytype=LineString"][2] == {"line"}
    assert found["water|geometrytype=Polygon"][2] == {"fill"}
    assert found["facilities|geometrytype=Polygon"][2] == {"fill"}
    assert found["woodland"] == ("Polygon", "Woodland", {"fill"})
    assert "accesses" not in found


def test_stations_and_other_stops_have_a_sign_each(package: Path) -> None:
    kept = dict(rows(package, "SELECT styleName, styleQML FROM layer_styles"))
    stops = ET.fromstring(kept["stops en"])
    assert [one.get("label") for one in stops.iter("category")] == [
        "Rail or subway station", "Bus or tram stop",
    ]  # fmt: skip
    shapes = [one.get("value") for one in stops.iter("Option") if one.get("name") == "name"]
    assert len({*shapes}) == len(shapes) == 2


def test_purple_is_left_to_control_lines(tmp_path: Path) -> None:
    made = export(of_mixed_layers(), result(), tmp_path / "plan.gpkg", "en")
    for name, drawn in rows(made, "SELECT styleName, styleQML FROM layer_styles"):
        if name.startswith(("control_lines", "parcels", "verdicts")):
            continue
        for one in ET.fromstring(drawn).iter("Option"):
            if str(one.get("name")).endswith("color"):
                red, green, blue, _ = (int(part) / 255 for part in str(one.get("value")).split(","))
                hue, _, vivid = colorsys.rgb_to_hsv(red, green, blue)
                assert not (0.7 < hue < 0.83 and vivid), (name, one.get("value"))


def test_the_same_plan_gives_the_same_project_and_a_plan_without_layers_has_one_too(
    package: Path, tmp_path: Path
) -> None:
    again = export(hand_made(), result(), tmp_path / "plan.gpkg", "zh")
    query = "SELECT name, content FROM qgis_projects"
    assert rows(package, query) == rows(again, query)
    empty = export(Plan(manifest(), {}), result(verdicts=(), statements=()), tmp_path / "empty.gpkg")
    assert rows(empty, "SELECT name FROM qgis_projects") == [("blockplan",)]


def test_another_ending_than_gpkg_is_refused_and_nothing_is_written(
    found: CheckResult, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"does not end in \.gpkg"):
        export(hand_made(), found, tmp_path / "plan.qgz")
    assert not list(tmp_path.iterdir())


def test_the_command_line_names_the_export(capsys: pytest.CaptureFixture[str]) -> None:
    app.main(["export", "--help"], standalone_mode=False)
    assert "qgis" in capsys.readouterr().out


def drawn_by_qgis(package: Path, folder: Path) -> tuple[dict[str, Any], set[tuple[int, ...]]]:
    """What QGIS tells of the project of a package, and the colours of the picture that it draws."""
    if shutil.which("qgis_process") is None or not PYTHON.exists():
        pytest.skip("QGIS (Debian's packages qgis and python3-qgis) is not installed")
    picture = folder / "plan.png"
    done = subprocess.run(
        [str(PYTHON), str(RENDER), str(package), str(picture)],
        capture_output=True, text=True, timeout=300, check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    with Image.open(picture) as drawn:
        colours = {colour for _, colour in drawn.convert("RGB").getcolors(2_000_000) or ()}
    return json.loads(done.stdout.splitlines()[-1]), colours


def of(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


@pytest.mark.long
def test_qgis_draws_verdicts_control_lines_setbacks_and_accesses(tmp_path: Path) -> None:
    made = export(with_limits(), result(), tmp_path / "plan.gpkg", "zh")
    told, colours = drawn_by_qgis(made, tmp_path)
    assert told["layers"]["setbacks"]["labels"]
    assert told["layers"]["control_lines"]["labels"]
    wanted = {
        "a verdict that fails": OUTCOMES["fail"][0], "a blue line": CONTROL_LINES["blue"],
        "heritage": CONTROL_LINES["heritage"], "a setback": SETBACK, "an access": ACCESS,
    }  # fmt: skip
    assert not [name for name, colour in wanted.items() if of(colour) not in colours]


@pytest.mark.long
def test_qgis_draws_points_lines_and_polygons_of_one_layer(tmp_path: Path) -> None:
    made = export(of_mixed_layers(), result(), tmp_path / "plan.gpkg", "zh")
    told, colours = drawn_by_qgis(made, tmp_path)
    held = {
        f"{layer}_{part}": told["layers"][f"{layer}_{part}"]["features"]
        for layer, part in (
            ("accesses", "Point"), ("accesses", "LineString"), ("water", "LineString"), ("water", "Polygon"),
            ("programmes", "Point"), ("programmes", "Polygon"), ("facilities", "Polygon"),
        )
    }  # fmt: skip
    assert held == {
        "accesses_Point": 1, "accesses_LineString": 2, "water_LineString": 1, "water_Polygon": 1,
        "programmes_Point": 1, "programmes_Polygon": 1, "facilities_Polygon": 1,
    }  # fmt: skip
    wanted = {
        "an access or a closed stretch": ACCESS, "water as land": WATER, "water as a line": WATER_LINE,
        "a facility as a point": SERVICES["clinic"], "a facility as land": SERVICES["sport"],
    }  # fmt: skip
    assert not [name for name, colour in wanted.items() if of(colour) not in colours]


@pytest.mark.long
def test_qgis_opens_the_project_and_draws_it(package: Path, tmp_path: Path) -> None:
    told, colours = drawn_by_qgis(package, tmp_path)
    assert told["opened"]
    assert told["crs"] == "EPSG:4548"
    layers = told["layers"]
    assert next(iter(layers)) == "verdicts"
    assert all(one["valid"] and one["crs"] == "EPSG:4548" for one in layers.values())
    # QGIS knows one style of a layer by default, and refuses it for lines where it is of points.
    assert [name for name, one in layers.items() if not one["style"]] == ["structure_LineString"]
    assert layers["parcels"]["own"] == [layers["parcels"]["renderer"], layers["parcels"]["labels"]]
    assert layers["parcels"]["own"] == ["categorizedSymbol", True]
    housing = next(one for one in layers["parcels"]["categories"] if one[0] == "0701")
    assert housing[1] == "0701 城镇住宅用地"
    assert of(housing[2]) in colours
