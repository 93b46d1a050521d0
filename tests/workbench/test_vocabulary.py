"""The words of the workbench: whatever a plan may hold has a name in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fontTools.ttLib import TTFont
from tests.support.pictures import FONTS

from blockplan.measure.distance.methods import WAYS
from blockplan.plan.model.layers import LAYERS, VALUES
from blockplan.portal.workspace.documents import vocabulary
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def known() -> dict[str, object]:
    return vocabulary()


def is_named(names: dict[str, str], code: str) -> bool:
    """Whether the names are words of three languages, and no code that stands for them."""
    plain = code.replace("_", " ")
    ideographs = all(any("\u3041" <= letter <= "\u9fff" for letter in names[lang]) for lang in ("zh", "ja"))
    return set(names) == set(LANGUAGES) and ideographs and bool(names["en"]) and names["zh"] != plain


def test_every_layer_and_every_column_but_ids_has_a_name_in_three_languages(known: dict) -> None:
    bare = [name for name, one in known["layers"].items() if not is_named(one["names"], name)]
    bare += [
        f"{name}.{column}"
        for name, one in known["layers"].items()
        for column, spec in one["columns"].items()
        if not (column == "id" or column.endswith("_id")) and not is_named(spec["names"], column)
    ]
    assert bare == []
    assert set(known["layers"]) == set(LAYERS)


def test_every_value_of_a_list_has_a_name_in_three_languages(known: dict) -> None:
    bare = [
        f"{layer}.{column}={value}"
        for (layer, column), values in VALUES.items()
        for value in values
        if not is_named(known["layers"][layer]["columns"][column]["values"][value], value)
    ]
    assert bare == []


def test_lists_of_codes_are_chosen_by_their_names(known: dict) -> None:
    columns = known["layers"]["parcels"]["columns"]
    assert set(columns["land_use_list"]["values"]) == {"cn2023", "gb50137"}
    assert set(columns["land_use_given_list"]["values"]) > {"cn2023", "gb50137"}
    assert is_named(columns["land_use_list"]["values"]["gb50137"], "gb50137")


def test_every_reading_and_the_sign_of_every_service_is_told_in_three_languages(known: dict) -> None:
    for names in (known["readings"], known["readings_in_short"]):
        assert [one.id for one in WAYS if not is_named(names[one.id], one.id)] == []
    assert set(known["marks"]) == set(VALUES["facilities", "service"])
    assert all(mark != "·" for names in known["marks"].values() for mark in names.values())


def test_every_sign_of_the_page_is_a_letter_that_our_own_fonts_have(repo: Path) -> None:
    with TTFont(FONTS / "BlockplanSans-Regular.otf") as font:
        ours = font.getBestCmap()
    pages = [
        one for one in (repo / "frontend" / "workbench").rglob("*") if one.suffix in {".ts", ".css", ".html"}
    ]
    signs = {
        sign for one in pages for sign in one.read_text(encoding="utf-8") if "\u2190" <= sign <= "\u2fff"
    }
    assert signs
    assert sorted(sign for sign in signs if ord(sign) not in ours) == []
