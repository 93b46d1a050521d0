"""Delivery profiles: those that come along hold what is public of them; faults are said with their line."""

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from blockplan.deliver.profile import available, load_delivery_profile, read_delivery_profile
from blockplan.errors import MappingError

PROFILES = ("deqing", "hangzhou-xg", "wenzhou", "zhongshan")


def a_file(tmp_path, old, new, profile="deqing"):
    text = Path(str(profile_path(profile))).read_text("utf-8")
    assert old in text
    file = tmp_path / "own.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


def profile_path(name):
    import blockplan.deliver

    return Path(blockplan.deliver.__file__).parent / "profiles" / f"{name}.yaml"


def test_four_profiles_come_along():
    assert tuple(available()) == PROFILES


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_says_what_is_public_and_what_is_assumed(name):
    profile = load_delivery_profile(name)
    assert {one.basis for one in profile.sources} == {"public", "assumption"}
    assert [kind.kind for kind in profile.filing.kinds] == [1, 2, 3, 4, 5, 6]
    assert profile.filing.kinds[2].stages["入库"][2].startswith("30701")


def test_hangzhou_has_the_fields_of_its_public_list():
    parcels = load_delivery_profile("hangzhou-xg").parcels
    names = [one.name for one in parcels.fields]
    public = {
        "DYMC",
        "PFSJ",
        "PFWH",
        "DKBH",
        "DLDM",
        "DLMC",
        "DLBM",
        "ZDLDM",
        "JRBL",
        "MJ",
        "RJL",
        "LDL",
        "JZMD",
    }
    assert public | {
        "JZGD",
        "XGLX",
        "FJSS1",
        "FJSS2",
        "GXYQ",
        "TXYQ",
        "GHDT",
        "XZYD",
        "GDMJ",
        "FL",
        "TDM",
    } <= {*names}
    assert (parcels.field("DKBH").length, parcels.field("RJL").type, parcels.field("MJ").decimals) == (
        50,
        "float",
        4,
    )
    assert parcels.field("GHDT").domain == "status"


def test_deqing_writes_no_upper_bound_as_9999_and_zhongshan_measures_on_the_ellipsoid():
    deqing, zhongshan = load_delivery_profile("deqing"), load_delivery_profile("zhongshan")
    assert (deqing.pairs.style, deqing.pairs.no_upper) == ("upper_lower", 9999)
    assert (deqing.area.rule, zhongshan.area.rule) == ("planar", "ellipsoidal")
    assert zhongshan.parcels.field("RJLSX").mandatory


@pytest.mark.parametrize(
    ("name", "layer", "field"),
    [
        ("hangzhou-xg", "XG_PTSS", "SSDJ"),
        ("wenzhou", "BKP_GPSS_PT", "gmdj"),
        ("wenzhou", "BKP_GPSS_PY", "gmdj"),
    ],
)
def test_levels_of_facilities_are_written_in_the_words_of_the_offices_tables(name, layer, field):
    with resources.files("blockplan.report.office").joinpath("texts.toml").open("rb") as file:
        tables = {level: said["zh"] for level, said in tomllib.load(file)["level"].items()}
    words = load_delivery_profile(name).layer(layer).field(field).words
    assert words == tables


def test_wenzhou_numbers_units_by_one_field_in_all_layers():
    layers = load_delivery_profile("wenzhou").layers
    carrying = {(spec.name, one.name) for spec in layers for one in spec.fields if "block_id" in one.sources}
    assert carrying == {(name, "dybh") for name in ("BKY_GHDY_PY", "BKY_GHJF_PY", "BKY_YDGH_PY")}


def test_wenzhou_has_a_feature_code_for_each_layer():
    codes = [layer.ysdm for layer in load_delivery_profile("wenzhou").layers]
    assert len(set(codes)) == len(codes) == 12


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: deqing", "id: deqing\ncolour: red", r"line 3, colour: Extra inputs"),
        ("type: double, decimals: 2, mandatory", "type: number, decimals: 2, mandatory", "fields.DYMJ.type"),
        (
            "name: DKBH, title: 地块编号, length: 50",
            "name: DKBH, title: 地块编号",
            "DKBH: a text needs a length",
        ),
        (
            "from: parcel_id, code: true, pattern",
            "from: parcelid, code: true, pattern",
            "'parcelid' is nothing",
        ),
        ('"[A-Za-z0-9][A-Za-z0-9._-]*"', '"[A-Z"', "pattern .* cannot be read"),
        ("example: A-01", "example: 甲-01", "the example '甲-01' does not fit"),
        ("range: [0, 50]", "range: [50, 0]", "range begins above its end"),
        ("domain: setback", "domain: setbacks", "no domain 'setbacks'"),
        ("layer: setbacks", "layer: setback", "no layer 'setback'"),
        ("parcel: DKBH", "parcel: DKH", "no field AC_RK_控规地块.DKH"),
        ("id: deqing", "id: deqing\nid: again", "second time"),
        ("name: XZQMC,", "name: XZQDM,", "XZQDM stands there twice"),
        ("parts_field: RK", "parts_field: RKS", "sums: there is no field"),
    ],
)
def test_a_fault_of_a_profile_is_said_with_its_place(tmp_path, old, new, said):
    with pytest.raises(MappingError, match=said):
        read_delivery_profile(a_file(tmp_path, old, new))


def test_all_faults_of_a_profile_are_said_at_once(tmp_path):
    file = a_file(tmp_path, "type: date", "type: day")
    file.write_text(file.read_text("utf-8").replace("id: deqing", "id: deqing\ncolour: red"), "utf-8")
    with pytest.raises(MappingError, match=r"has 2 fault"):
        read_delivery_profile(file)


def test_a_profile_that_is_not_there_names_those_that_are():
    with pytest.raises(MappingError, match=r"deqing, hangzhou-xg, wenzhou, zhongshan"):
        load_delivery_profile("shanghai")


@pytest.mark.parametrize("name", PROFILES)
def test_three_degree_zones_are_taken_with_the_zones_number_before_the_easting_and_without(name):
    assert {*range(4513, 4555)} <= set(load_delivery_profile(name).reference.crs)
