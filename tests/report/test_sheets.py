"""The atlas of one plan: its labels, its pages, its bookmarks, and the command."""

from __future__ import annotations

import io
import json
import re
import tomllib
import unicodedata
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner
from pypdf import PdfReader
from tests.report.pdf_a import faults
from tests.support.handmade import hand_made
from tests.support.random_plans import random_plan

from blockplan.check import check
from blockplan.cli import app
from blockplan.errors import UsageError
from blockplan.plan import read
from blockplan.plan.model.layers import LAYERS
from blockplan.report import typesetting
from blockplan.report.maps.labels import overlaps
from blockplan.report.sheets import KINDS, atlas
from blockplan.texts import by_number

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.sheets import Atlas

TOWN = "examples/office-town"
MM_PER_POINT = 25.4 / 72


@pytest.fixture(scope="module")
def drawn() -> Plan:
    return random_plan(7, columns=6, rows=5)


@pytest.fixture(scope="module")
def judged(drawn: Plan) -> CheckResult:
    return check(drawn, packs=["zone"])


@pytest.fixture(scope="module")
def made(drawn: Plan, judged: CheckResult) -> Atlas:
    return atlas(drawn, judged, "zh", kinds=["block", "subblock"])


def pages(pdf: bytes) -> list[str]:
    return [
        "".join(unicodedata.normalize("NFKC", one.extract_text()).split())
        for one in PdfReader(io.BytesIO(pdf)).pages
    ]


@pytest.mark.long(11)
def test_the_map_on_paper_has_the_scale_that_it_says(made: Atlas) -> None:
    for sheet in made.sheets:
        assert sheet.fit is not None
        for cell in sheet.fit.cells:
            assert cell.frame.width / (cell.width / 1000) == pytest.approx(sheet.fit.scale)
            assert cell.frame.height / (cell.height / 1000) == pytest.approx(sheet.fit.scale)


@pytest.mark.long
def test_pages_are_of_the_paper_that_was_asked_for(drawn: Plan, judged: CheckResult) -> None:
    large = atlas(drawn, judged, "en", "A1", ["block"])
    box = PdfReader(io.BytesIO(large.pdf)).pages[0].mediabox
    sides = sorted(round(float(side) * MM_PER_POINT) for side in (box.width, box.height))
    assert sides == [594, 841]


def test_no_label_covers_another_and_every_parcel_bears_its_number(made: Atlas) -> None:
    for sheet in made.sheets:
        assert [overlaps(window) for window in sheet.labels] == [0] * len(sheet.labels)
        assert sheet.labelled >= 0.98 * sheet.parcels


@pytest.mark.long
@pytest.mark.parametrize(
    ("seed", "columns", "rows"),
    [(5, 5, 4), *(pytest.param(*of, marks=pytest.mark.long) for of in ((2, 9, 3), (11, 5, 9)))],
)
def test_no_label_of_a_random_plan_covers_another_and_each_parcel_is_labelled_or_in_the_table(
    seed: int, columns: int, rows: int
) -> None:
    plan = random_plan(seed, columns=columns, rows=rows)
    found = atlas(
        plan, check(plan, packs=["zone"]), "en", kinds=["landuse", "streets", "block", "subblock", "tables"]
    )
    for sheet in found.sheets:
        assert [overlaps(window) for window in sheet.labels] == [0] * len(sheet.labels)
    numbered = [sheet for sheet in found.sheets if sheet.parcels]
    assert sum(sheet.labelled for sheet in numbered) >= 0.98 * sum(sheet.parcels for sheet in numbered)
    tables = [one for sheet in found.sheets for shelf in sheet.data.get("shelves", ()) for one in shelf]
    listed = {row["cells"][0] for table in tables for row in table["rows"]}
    assert {str(id_) for id_ in plan.layer("parcels").index} <= listed


@pytest.mark.long
def test_each_parcel_of_the_plan_has_its_row_on_paper(drawn: Plan, made: Atlas) -> None:
    text = "".join(pages(made.pdf))
    for name in map(str, drawn.layer("parcels").index):
        assert "".join(name.split()) in text, name
    rows = [
        row["cells"][0]
        for sheet in made.sheets
        if sheet.kind == "subblock"
        for shelf in sheet.data["shelves"]
        for table in shelf
        for row in table["rows"]
    ]
    assert sorted(set(rows) & set(map(str, drawn.layer("parcels").index))) == sorted(
        map(str, drawn.layer("parcels").index)
    )


@pytest.mark.long
def test_a_table_that_goes_on_repeats_its_head_and_loses_no_row() -> None:
    drawn = random_plan(3, columns=12, rows=10)
    block = drawn.layer("blocks").iloc[:1].set_geometry(drawn.layer("boundary").geometry.to_numpy())
    parcels = drawn.layer("parcels").assign(block_id=str(block.index[0]))
    subblocks = drawn.layer("subblocks").assign(block_id=str(block.index[0]))
    whole = drawn.replace(blocks=block, parcels=parcels, subblocks=subblocks)
    made = atlas(whole, check(whole, packs=["zone"]), "zh", kinds=["block"])
    text = pages(made.pdf)
    assert len(text) > len(made.sheets)
    assert any("续表" in page for page in text)
    assert all("地块编号" in page for page in text if "续表" in page)
    every = "".join(text)
    assert all(str(name) in every for name in whole.layer("parcels").index)
    # The subblocks and what they come to stand before the parcels.
    first = made.sheets[0].data["shelves"][0][0]
    land = [float(row["cells"][2]) for row in first["rows"]]
    heads = [head.replace("\n", "") for head in first["heads"][:3]]  # a unit may stand on a line of its own
    assert heads == ["街坊", "主导功能", "用地面积（公顷）"]
    assert [row["cells"][0] for row in first["rows"][:-1]] == sorted(map(str, subblocks.index), key=by_number)
    assert land[-1] == pytest.approx(parcels.geometry.area.sum() / 1e4, abs=0.01)
    assert first["rows"][-1]["cells"][-1] == str(len(parcels))
    assert every.index("街坊控制指标表") < every.index("地块控制指标表")


def titles(items: list[object]) -> list[str]:
    return [
        title
        for item in items
        for title in (titles(item) if isinstance(item, list) else [str(getattr(item, "title", ""))])
    ]


@pytest.mark.long
def test_the_atlas_is_pdf_a_with_its_fonts_inside_and_a_bookmark_a_sheet(made: Atlas) -> None:
    assert faults(made.pdf) == []
    reader = PdfReader(io.BytesIO(made.pdf))
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts
    assert all("BlockplanSans" in font for font in fonts)
    assert [f"{sheet.number} {sheet.title}" for sheet in made.sheets] == titles(list(reader.outline))


@pytest.mark.long
def test_pages_are_labelled_by_the_number_of_their_sheet_and_say_it_once(made: Atlas) -> None:
    reader = PdfReader(io.BytesIO(made.pdf))
    labels = reader.page_labels
    first = [reader.get_destination_page_number(mark) for mark in _flat(list(reader.outline))]
    assert [labels[page] for page in first] == [sheet.number for sheet in made.sheets]
    assert len({*labels}) == len(reader.pages)
    for page, sheet in zip(first, made.sheets, strict=True):
        head = reader.pages[page].extract_text().split(sheet.title)[0]
        assert sheet.number not in head


@pytest.mark.long
def test_a_long_atlas_is_set_in_parts_that_are_joined_to_the_same_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = random_plan(7, columns=5, rows=3)
    judged = check(drawn, packs=["zone"])
    kinds = ["cover", "landuse", "height", "block", "tables"]
    whole = atlas(drawn, judged, "zh", kinds=kinds)
    making = import_module("blockplan.report.sheets.atlas")
    monkeypatch.setattr(making, "IN_ONE_PART", 3)
    monkeypatch.setattr(making, "IN_A_PART", 2)
    joined, tagged = making.joined, []

    def seen(some: list[Path], names: list[str]) -> bytes:
        tagged.extend("/StructTreeRoot" in PdfReader(one).root_object for one in some)
        return joined(some, names)

    monkeypatch.setattr(making, "joined", seen)
    parts = atlas(drawn, judged, "zh", kinds=kinds)
    assert faults(parts.pdf) == []
    assert tagged
    assert not any(tagged)
    assert pages(parts.pdf) == pages(whole.pdf)
    readers = [PdfReader(io.BytesIO(one.pdf)) for one in (whole, parts)]
    marks = [
        [(mark.title, reader.get_destination_page_number(mark)) for mark in _flat(reader.outline)]
        for reader in readers
    ]
    assert marks[0] == marks[1]
    assert leads(readers[0]) == leads(readers[1]) != []
    assert readers[0].page_labels == readers[1].page_labels
    assert len(marks[0]) == len(whole.sheets) > 4
    assert readers[0].metadata == readers[1].metadata
    assert atlas(drawn, judged, "zh", kinds=kinds).pdf == parts.pdf


def leads(reader: PdfReader) -> list[int]:
    """The pages, from 0, that the links of the first page lead to, from top to bottom of its columns."""
    found = []
    for one in reader.pages[0].get("/Annots", ()):
        link = one.get_object()
        to = link["/Dest"] if "/Dest" in link else link["/A"].get("/D")
        to = reader.named_destinations[to].dest_array if isinstance(to, str) else to
        found.append(reader.get_page_number(to[0].get_object()))
    return found


def _flat(outline: list[Any]) -> list[Any]:
    return [one for item in outline for one in (_flat(item) if isinstance(item, list) else [item])]


@pytest.mark.long
def test_the_same_plan_gives_the_same_atlas(drawn: Plan, judged: CheckResult) -> None:
    again = atlas(random_plan(7, columns=6, rows=5), judged, "zh", kinds=["block"])
    assert atlas(drawn, judged, "zh", kinds=["block"]).pdf == again.pdf


@pytest.mark.long
def test_panels_are_measured_some_sheets_at_a_time_and_not_again_where_the_atlas_is_set(
    drawn: Plan, judged: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    stated: list[dict[str, Any]] = []
    whole: list[dict[str, Any]] = []

    def ask(folder: Path, template: str, several: list[dict[str, Any]], *told: str) -> list[list[Any]]:
        asked.extend(several)
        choices = typesetting.ask(folder, template, several, *told)
        stated.extend(choice for share in choices for choice in share)
        return choices

    def typeset(*told: Any) -> bytes:
        whole.append(told[2])
        return typesetting.typeset(*told)

    making = import_module("blockplan.report.sheets.atlas")
    monkeypatch.setattr(making, "AT_ONCE", 1)
    monkeypatch.setattr(making, "ask", ask)
    monkeypatch.setattr(making, "typeset", typeset)
    atlas(drawn, judged, "en", kinds=["landuse", "height", "intensity"])
    assert asked
    assert all(len(one["sheets"]) == 1 for one in asked)
    assert [sheet["choice"] for sheet in whole[0]["sheets"]] == stated
    for sheet in whole[0]["sheets"]:
        needed = [at for at, part in enumerate(sheet["panel"]) if not part.get("optional")]
        chosen = [at for column in sheet["choice"]["columns"] for at in column]
        assert set(needed) <= set(chosen) <= set(range(len(sheet["panel"])))
        assert not sheet["choice"]["over"]
    template = resources.files("blockplan.report").joinpath("templates", "atlas.typ").read_text("utf-8")
    body = template.split("#let choice(")[1].split("\n}\n")[1:]
    assert not any("measure(" in part for part in (template.split("#let choice(")[0], *body))


@pytest.mark.long
def test_an_atlas_tells_which_sheet_of_how_many_it_draws_measures_and_sets(
    drawn: Plan, judged: CheckResult
) -> None:
    told: list[str] = []
    made = atlas(drawn, judged, "zh", kinds=["block", "subblock"], tell=told.append)
    count = len(made.sheets)
    first = [f"sheet {at + 1} of {count}, {sheet.id}" for at, sheet in enumerate(made.sheets)]
    assert told[:count] == first
    assert told[-2:] == [f"panels of sheets, {count} of {count}", f"setting {count} sheets"]


def test_a_kind_that_there_is_none_of_is_refused_with_the_kinds_that_there_are(
    drawn: Plan, judged: CheckResult
) -> None:
    with pytest.raises(UsageError, match=f"no kind 'blok'; kinds are .*{KINDS[-1]}"):
        atlas(drawn, judged, "en", kinds=["blok"])


def test_a_legend_lists_the_classes_of_its_own_parcels_and_no_other(drawn: Plan, made: Atlas) -> None:
    uses = drawn.layer("parcels")["land_use"].astype("object")
    for sheet in made.sheets:
        (legend,) = [part for part in sheet.data["panel"] if part["kind"] == "legend"]
        codes = {row["said"].split(" ")[0] for row in legend["rows"] if row["amount"]}
        here = {
            row["cells"][1]
            for shelf in sheet.data["shelves"]
            for table in shelf
            if table["heads"][1] == "用地代码"
            for row in table["rows"]
            if row["kind"] == "row"
        }
        assert codes == here - {"—"} | ({legend["rows"][0]["said"].split(" ")[0]} if "—" in here else set())
    assert uses.notna().any()


@pytest.mark.long
def test_a_kind_whose_data_are_missing_is_left_out_and_said_to_be() -> None:
    plan = hand_made()
    bare = plan.replace(parcels=plan.layer("parcels").assign(phase=None, existing_land_use=None))
    made = atlas(bare, check(bare, packs=["zone"]), "en", kinds=["cover", "phases", "existing", "landuse"])
    assert [sheet.kind for sheet in made.sheets] == ["cover", "landuse"]
    assert dict(made.left_out) == {
        "existing": "the plan does not say how land is used now",
        "phases": "the plan states no phases",
    }
    assert "theplanstatesnophases" in pages(made.pdf)[0]
    with pytest.raises(UsageError, match="the plan states no phases"):
        atlas(bare, check(bare, packs=["zone"]), "en", kinds=["phases"])


def test_what_a_sheet_says_to_a_reader_names_no_layer_and_no_column() -> None:
    own = {name for spec in LAYERS.values() for name in (spec.name, *spec.columns) if "_" in name}
    words = tomllib.loads(
        resources.files("blockplan.report.sheets").joinpath("texts.toml").read_text("utf-8")
    )
    said = [text for part in words.values() for texts in part.values() for text in texts.values()]
    assert len(said) > 500
    assert not [
        text
        for text in said
        if re.search(r"图层|レイヤ|\blayers?\b", text) or any(one in text for one in own)
    ]


@pytest.mark.long
def test_the_cover_lists_every_sheet_with_its_number(drawn: Plan, judged: CheckResult) -> None:
    made = atlas(drawn, judged, "en", kinds=["cover", "landuse", "height"])
    first = pages(made.pdf)[0]
    assert all("".join(sheet.number.split()) in first for sheet in made.sheets[1:])
    numbers = [sheet.number for sheet in made.sheets]
    assert len(numbers) == len(set(numbers))


@pytest.mark.long
def test_a_facility_of_no_service_is_drawn_as_another_facility() -> None:
    plan = hand_made()
    bare = plan.replace(facilities=plan.layer("facilities").assign(service=None))
    made = atlas(bare, check(bare, packs=["zone"]), "en", kinds=["facilities", "subblock"])
    said = {
        row["said"]
        for sheet in made.sheets
        for part in sheet.data["panel"]
        if part["kind"] == "legend"
        for row in part["rows"]
    }
    assert any(one.startswith("Other facility") for one in said)


@pytest.mark.long
def test_an_access_that_is_placed_hides_none_that_other_parcels_name_by_their_sides(drawn: Plan) -> None:
    parcels = drawn.layer("parcels").assign(entrances="N", closed_stretches="S")
    first = parcels.index[0]
    corner = shapely.Point(shapely.get_coordinates(parcels.geometry.iloc[0])[0])
    table = {"access_id": ["X-1"], "parcel_id": [first], "kind": ["vehicle"]}
    placed = gpd.GeoDataFrame(table, geometry=[corner], crs=parcels.crs).set_index("access_id", drop=False)
    stated = drawn.replace(parcels=parcels, accesses=placed)
    made = atlas(stated, check(stated, packs=["zone"]), "en", kinds=["subblock"])
    said = [json.dumps(sheet.data, ensure_ascii=False, default=str) for sheet in made.sheets]
    assert not [one for one in said if "Accesses and closed frontages: the plan states none" in one]
    assert any("the plan names the side" in one for one in said)


@pytest.mark.long
def test_reach_is_drawn_for_services_whose_rules_fail_and_said_not_to_be_judged_for_parks_without_a_rule(
    tmp_path: Path,
) -> None:
    town = str(tmp_path / "town")
    for call in (
        ["import", "office", f"{TOWN}/geopackage", "--out", town],
        ["sheets", town, "--kind", "facilities", "--kind", "green", "--out", str(tmp_path / "out")],
    ):
        assert CliRunner().invoke(app, call).exit_code == 0
    facilities, green = (page.extract_text() for page in PdfReader(tmp_path / "out" / "atlas.pdf").pages)
    # Farther rules hold and their lines lie outside: they must not take the place of these.
    # The sports ground is too small for the rule of 500 m, and counts for that of 300 m.
    reach = re.findall(r"(\w+):\s+within\s+(\d+)\s+m", facilities)
    assert sorted(reach) == [("Market", "500"), ("Sport", "300"), ("school", "500")]
    assert "shown, not judged" in " ".join(green.split())


@pytest.mark.long
def test_verdicts_are_left_out_before_letters_beside_a_map_are_too_small_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = CliRunner().invoke(
        app, ["import", "office", f"{TOWN}/geopackage", "--out", str(tmp_path / "town")]
    )
    assert made.exit_code == 0, made.output
    town = read(tmp_path / "town")
    whole: list[dict[str, Any]] = []

    def typeset(*told: Any, **options: Any) -> bytes:
        whole.append(told[2])
        return typesetting.typeset(*told, **options)

    monkeypatch.setattr(import_module("blockplan.report.sheets.atlas"), "typeset", typeset)
    atlas(town, check(town), "zh")
    sheets = [one for part in whole for one in part["sheets"] if "choice" in one]
    few = [
        one for one in sheets for piece in one["panel"] if piece["kind"] == "verdicts" and piece["total"] > 25
    ]
    assert few
    assert all(one["choice"]["size"] >= 2.3 * one["k"] for one in sheets)


@pytest.mark.long(6)
def test_no_column_below_the_map_of_a_block_stays_empty_beside_full_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ["import", "office", f"{TOWN}/shapefiles", "--out", str(tmp_path / "town")]
    assert CliRunner().invoke(app, call).exit_code == 0
    sheets: list[dict[str, Any]] = []
    making = import_module("blockplan.report.sheets.atlas")
    monkeypatch.setattr(making, "typeset", lambda *told, **options: sheets.extend(told[2]["sheets"]) or b"")
    monkeypatch.setattr(making, "paged", lambda pdf, names: pdf)
    town = read(tmp_path / "town")
    atlas(town, check(town), "zh", kinds=["block"])
    below = [one["choice"] for one in sheets if one["beneath"]]
    assert len(below) == 3
    # A legend or a title block had a column of its own, where another held boxes, figures and verdicts.
    assert all(len(column) in {2, 3} for choice in below for column in choice["columns"])
    # What the legend leaves free holds the streets, though the verdicts fill a column of their own.
    tables = [[one["title"] for one in sheet["panel"] if one["kind"] == "table"] for sheet in sheets]
    assert tables[:2] == [["道路一览表"]] * 2
    assert all(
        any(sheet["panel"][at]["kind"] == "table" for column in sheet["choice"]["columns"] for at in column)
        for sheet in sheets
        if sheet["beneath"]
    )
    assert not any(choice["over"] or choice["small"] for choice in below)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["ja"])
def test_the_command_writes_the_office_town_and_says_what_is_on_each_page(tmp_path: Path, lang: str) -> None:
    runner = CliRunner()
    files = ["规划地块", "街坊", "规划范围", "道路中心线", "公交站点"]
    made = runner.invoke(
        app,
        ["import", "office", *(f"{TOWN}/shapefiles/{name}.shp" for name in files),
         f"{TOWN}/shapefiles/地块控制指标一览表.xlsx", "--out", str(tmp_path / "town"), "--json"],
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    found = runner.invoke(
        app,
        [
            "sheets",
            str(tmp_path / "town"),
            "--out",
            str(tmp_path / "out"),
            "--kind",
            "subblock",
            "--lang",
            lang,
            "--json",
        ],
    )
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert {"file", "kind", "id", "paper", "scale", "parcels", "labelled"} <= set(said["pages"][0])
    assert (tmp_path / "out" / said["pages"][0]["file"]).read_bytes().startswith(b"%PDF")
    assert all(page["labelled"] == page["parcels"] for page in said["pages"])
    assert all(page["scale"] <= (2_500 if lang == "ja" else 2_000) for page in said["pages"])
    assert len(read(tmp_path / "town").layer("parcels")) >= sum(page["parcels"] for page in said["pages"])
