import datetime as dt

import pytest
from tests.support.builders import a_manifest

from blockplan.errors import PlanDataError
from blockplan.plan.model.manifest import manifest_from, read_manifest

GOOD = 'id = "x"\ndrawn_on = 2021-09-30\ncrs = "EPSG:4548"\n'


def written(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_manifest_reads_back_from_its_own_text(tmp_path):
    manifest = a_manifest(
        notice={"start": dt.date(2021, 10, 24), "end": dt.date(2021, 11, 22)},
        residents={"source": "given", "total": 5000},
        parameters={"green_codes": ["1401"]},
    )
    assert read_manifest(written(tmp_path, manifest.to_toml())) == manifest


def test_unknown_keys_survive(tmp_path):
    manifest = read_manifest(written(tmp_path, GOOD + 'office = "north"\n'))
    assert 'office = "north"' in manifest.to_toml()


def test_every_key_at_fault_is_named_at_once(tmp_path):
    text = 'id = "x"\ndrawn_on = "soon"\nlevel = "galaxy"\n[residents]\nlow = 2.0\n'
    with pytest.raises(PlanDataError) as caught:
        read_manifest(written(tmp_path, text))
    said = str(caught.value)
    assert "4 of its keys cannot be used" in said
    for key in ("drawn_on", "level", "crs: field required", "residents.low"):
        assert key in said


def test_a_notice_that_ends_before_it_starts_is_refused(tmp_path):
    text = GOOD + "[notice]\nstart = 2021-11-22\nend = 2021-10-24\n"
    with pytest.raises(PlanDataError, match="the notice ends on 2021-10-24, before it starts on 2021-11-22"):
        read_manifest(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = \n", "is not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "deeply|not valid TOML"),
        ("x" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
    ids=["broken", "deep", "huge"],
)
def test_text_that_is_no_manifest_is_refused_with_its_place(tmp_path, text, said):
    with pytest.raises(PlanDataError, match=said):
        read_manifest(written(tmp_path, text))


def test_a_missing_manifest_says_what_a_plan_package_is(tmp_path):
    with pytest.raises(PlanDataError, match=r"has no plan\.toml, so it is not a plan package"):
        read_manifest(tmp_path / "plan.toml")


def test_text_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "plan.toml").write_bytes('id = "字"'.encode("gb18030"))
    with pytest.raises(PlanDataError, match="is not UTF-8 text"):
        read_manifest(tmp_path / "plan.toml")


def test_a_scenario_is_called_in_the_readers_language_where_the_plan_says_it_so() -> None:
    manifest = manifest_from(
        {
            "id": "p", "drawn_on": "2026-01-01", "crs": "EPSG:4548",
            "scenarios": {"b": "more residents", "c": "less"},
            "scenario_titles": {"b": {"zh": "人口增加"}},
        },
        "plan.toml",
    )  # fmt: skip
    assert manifest.scenario_titles_in("zh") == {"b": "人口增加", "c": "less"}
    assert manifest.scenario_titles_in("ja") == {"b": "more residents", "c": "less"}
