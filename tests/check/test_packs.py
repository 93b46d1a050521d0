"""Where packs are found and why they are refused."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest
from tests.check.fakes import MEASURES
from tests.support.packs import GOOD, HEAD, a_pack

from blockplan.check import list_rules, show_rule
from blockplan.check import test_packs as run_packs
from blockplan.check.packs import available, load
from blockplan.errors import RulePackError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_pack_zone_is_there_with_its_thirteen_rules() -> None:
    (pack,) = load(["zone"], MEASURES)
    assert [rule.id for rule in pack.rules] == [
        "zone-edu", "zone-beds", "zone-culture", "zone-green", "zone-green-access",
        "zone-parks-large", "zone-parks-community", "zone-belt", "zone-area-rd", "zone-area-life",
        "zone-area-mfg", "zone-area-sum", "zone-notice",
    ]  # fmt: skip


def test_every_open_point_is_a_parameter_with_words_in_three_languages() -> None:
    (pack,) = load(["zone"], MEASURES)
    parameters = [
        *pack.head.parameters.values(),
        *(p for rule in pack.rules for p in rule.parameters.values()),
    ]
    open_points = {parameter.open_point for parameter in parameters if parameter.open_point}
    assert open_points == {f"A{number:02}" for number in range(1, 13)}
    assert all(set(parameter.note) == {"zh", "en", "ja"} for parameter in parameters)


def test_an_unknown_pack_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no rule pack 'zoen': no id and no folder.*Packs there are: .*zone"
    ):
        load(["zoen"], MEASURES)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "../../etc"])
def test_a_name_that_no_file_system_takes_is_an_unknown_pack(name: str) -> None:
    with pytest.raises(UsageError, match="There is no rule pack"):
        load([name], MEASURES)


def test_a_folder_without_pack_yaml_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it is a folder without pack\.yaml"):
        load([tmp_path], MEASURES)


def test_a_pack_is_found_by_its_path_and_read_again_when_it_changes(tmp_path: Path) -> None:
    folder = a_pack(tmp_path / "town", "town")
    assert load([str(folder)], MEASURES)[0].rules[0].force == "should"
    text = GOOD.replace("force: should", "force: target # changed")
    (folder / "beds.yaml").write_text(text, encoding="utf-8")
    assert load([str(folder)], MEASURES)[0].rules[0].force == "target"


def test_a_pack_named_twice_is_loaded_once(tmp_path: Path) -> None:
    folder = a_pack(tmp_path / "town", "town")
    assert len(load([folder, str(folder)], MEASURES)) == 1


def test_two_packs_with_one_rule_id_are_refused(tmp_path: Path) -> None:
    packs = [a_pack(tmp_path / name, name) for name in ("one", "two")]
    with pytest.raises(RulePackError, match=r"rule town-beds stands in .*one too"):
        load(packs, MEASURES)


def test_a_pack_without_rules_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(HEAD.format(id="town"), encoding="utf-8")
    with pytest.raises(RulePackError, match=r"pack\.yaml, line 1: the pack holds no rule file"):
        load([tmp_path], MEASURES)


def test_an_order_that_names_no_rule_is_refused(tmp_path: Path) -> None:
    folder = a_pack(tmp_path / "town", "town")
    (folder / "pack.yaml").write_text(HEAD.format(id="town") + "order: [beds]\n", encoding="utf-8")
    with pytest.raises(RulePackError, match=r"order names 'beds', which is no rule of the pack"):
        load([folder], MEASURES)


def test_an_installed_package_brings_its_pack_by_the_same_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pack(tmp_path / "town_pack", "town")
    (tmp_path / "town_pack" / "__init__.py").write_text("", encoding="utf-8")
    info = tmp_path / "town_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: town-pack\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[blockplan.packs]\ntown = town_pack\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"town", "zone"} <= set(available())
    assert load(["town"], MEASURES)[0].rules[0].id == "town-beds"


def test_installed_packages_are_looked_through_once_and_anew_where_others_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(metadata, "entry_points", lambda group: asked.append(group) or [])
    for folder, times in (("first", 1), ("second", 2)):
        monkeypatch.syspath_prepend(str(tmp_path / folder))
        assert available() == available()
        assert asked == ["blockplan.packs"] * times


def test_an_entry_point_that_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = metadata.EntryPoint("town", "no_such_package", "blockplan.packs")
    monkeypatch.setattr(metadata, "entry_points", lambda group: [broken])
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RulePackError, match=r"entry point town = no_such_package .* cannot be loaded"):
        available()


def test_rules_are_listed_with_limit_and_source() -> None:
    listed = {entry["rule"]: entry for entry in list_rules(["zone"], "zh")}
    assert listed["zone-belt"]["required"] == {"op": "between", "value": [8.5, 9.5]}
    assert listed["zone-edu"]["title"] == "千人基础教育用地"
    assert listed["zone-area-sum"]["force"] == "target"


def test_a_rule_is_shown_with_parameters_of_its_pack_and_its_own() -> None:
    shown = show_rule("zone-beds", "ja")
    assert shown["parameters"]["nursing_services"]["open_point"] == "A08"
    assert shown["parameters"]["residents_source"]["set_by"] == "residents.source"
    assert all(case["holds"] for case in shown["cases"])


def test_an_unknown_rule_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no rule 'zone-bed'\. Rules there are: .*zone-edu"):
        show_rule("zone-bed")


def test_a_case_that_does_not_come_out_is_found(tmp_path: Path) -> None:
    wrong = {"nursing_beds_per_1000: 9.4, expect: fail": "nursing_beds_per_1000: 9.4, expect: pass"}
    folder = a_pack(tmp_path / "town", "town", "", wrong)
    results = run_packs([folder])
    assert [(case.name, case.expected, case.found) for case in results if not case.holds] == [
        ("below", "pass", "fail")
    ]
