"""What a search for sites lacks is told in the reader's language to the last comma."""

from __future__ import annotations

from blockplan.measure.missing import Missing
from blockplan.propose.siting.wording import lacking


def test_things_that_lack_are_parted_and_rows_named_as_the_language_does() -> None:
    said = lacking([Missing("parcels", "residents", ("(row 3)",)), Missing("trees")], "; ", 5)
    assert said["en"] == "residents (parcels.residents) of parcel (row 3); trees: layer absent"
    assert "第 3 行" in said["zh"]
    assert "3 行目" in said["ja"]
    assert all("；" in said[lang] and "; " not in said[lang] for lang in ("zh", "ja"))


def test_what_the_plan_file_does_not_say_is_called_by_its_key_once() -> None:
    said = lacking([Missing("plan.toml", "horizon")], ", ", 5)
    assert {said[lang] for lang in ("zh", "ja")} == {"plan.toml：horizon"}


def test_of_many_features_that_lack_something_the_first_are_named_in_every_language() -> None:
    said = lacking([Missing("parcels", "residents", tuple(f"N-{at}" for at in range(12)), 3)], ", ", 2)
    assert said == {
        "en": "residents (parcels.residents) of parcel N-0, N-1, and 13 more",
        "zh": "地块 N-0、N-1、另有 13 项：居住人口（parcels.residents）",
        "ja": "区画 N-0、N-1、ほか 13 件：居住人口（parcels.residents）",
    }
