import textwrap

import pytest

from blockplan.errors import MappingError
from blockplan.exchange.mapping import manifest_table, read_mapping

PLAN = 'plan = { id = "x", crs = "EPSG:4548", drawn_on = 2024-01-01 }\n'
PARCELS = '[layers.parcels]\nsource_layer = "dk"\n[layers.parcels.columns]\nparcel_id = "bh"\n'


def a_mapping(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def refused(tmp_path, text) -> str:
    with pytest.raises(MappingError) as caught:
        read_mapping(a_mapping(tmp_path, text))
    return str(caught.value)


def test_a_small_mapping_is_read(tmp_path):
    mapping = read_mapping(a_mapping(tmp_path, PLAN + PARCELS))
    (rule,) = mapping.layers["parcels"]
    assert rule.columns["parcel_id"].column == "bh"
    assert mapping.source_layers() == {"dk"}


def test_a_layer_may_come_from_several_sources(tmp_path):
    text = PLAN + PARCELS.replace("[layers.parcels]", "[[layers.parcels]]") * 2
    assert len(read_mapping(a_mapping(tmp_path, text)).layers["parcels"]) == 2


def test_all_faults_of_a_mapping_are_told_at_once(tmp_path):
    said = refused(
        tmp_path,
        """
        plan = { id = "x" }
        colour = "red"
        [layers.parcels]
        source_layer = "dk"
        wher = "x"
        where = "open('x')"
        geometry = "hull"
        [layers.parcels.columns]
        far = { column = "rjl", constant = 2 }
        land_use = { column = "yd", codes = { A = ["x"] } }
        [layers.stops]
        [layers.greens]
        source_layer = "g"
        [layers.greens.columns]
        kind = { constant = "park", codes = { a = "b" } }
        access = { column = "a", others = "drop" }
        """,
    )
    for expected in (
        "colour: is no key of a mapping",
        "layers.parcels.wher: is no key of a mapping",
        "layers.parcels.where: \"open('x')\" uses a call at character 1",
        "layers.parcels.geometry: input should be 'keep' or 'point', not 'hull'",
        "layers.parcels.columns.far: needs exactly one of column, constant, expression; it has column, ",
        "layers.parcels.columns.land_use.codes: must be a table of texts",
        "layers.stops: needs a source_layer",
        "layers.greens.columns.kind: a constant has nothing to translate",
        "layers.greens.columns.access: `others` and `unknown` say what happens beside `codes`",
    ):
        assert expected in said, said
    assert "9 of its keys" in said
    assert said.endswith("docs/import-layers.md describes the keys.")


def test_what_keys_say_together_is_checked_too(tmp_path):
    said = refused(
        tmp_path,
        """
        plan = { id = "x" }
        [layers.parcels]
        source_layer = "dk"
        derived = { derive = "bbox", of = ["streets"] }
        [layers.parcels.columns]
        land_use = { column = "yd", codes = "uses" }
        """,
    )
    for expected in (
        "plan.crs: is missing",
        "plan.drawn_on: is missing",
        "layers.parcels.derived: only boundary and extent may be derived",
        "layers.parcels.columns.parcel_id: is missing; every feature needs an id",
        "layers.parcels.columns.land_use.codes: there is no table [codes.uses]",
    ):
        assert expected in said, said


def test_an_outline_is_not_derived_from_what_no_plan_has(tmp_path):
    text = PLAN + '[layers.extent]\nderived = { derive = "bbox", of = ["roads", "statements"] }\n'
    assert "`of` names roads, statements" in refused(tmp_path, text)


def test_a_missing_mapping_is_said(tmp_path):
    with pytest.raises(MappingError, match="There is no mapping file"):
        read_mapping(tmp_path / "none.toml")


def test_a_folder_is_no_mapping(tmp_path):
    with pytest.raises(MappingError, match="cannot be read: Is a directory"):
        read_mapping(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "plan: is missing"),
        (b"plan = ", "is not valid TOML"),
        ("名 = 1".encode("gbk"), "is not UTF-8 text"),
        (b"a = " + b"[" * 20_000, "is not valid TOML|nests tables or lists too deeply"),
        (b"a." * 3_000 + b"b = 1", "cannot be used|too deeply|is not valid TOML"),
        (b"#" * 1_000_001, "is larger than 1,000,000 bytes"),
        (b"\x00\xff\x13", "is not UTF-8|is not valid TOML"),
    ],
)
def test_a_file_that_is_no_mapping_is_said(tmp_path, content, said):
    (tmp_path / "m.toml").write_bytes(content)
    with pytest.raises(MappingError, match=said):
        read_mapping(tmp_path / "m.toml")


def test_the_plan_may_be_named_after_its_source(tmp_path):
    text = (PLAN + PARCELS).replace('id = "x"', 'id = "source", title = { en = "Plan of {source}" }')
    table = manifest_table(read_mapping(a_mapping(tmp_path, text)), "街区 1", "EPSG:4548")
    assert table["id"] == "1"
    assert table["title"] == {"en": "Plan of 街区 1"}
