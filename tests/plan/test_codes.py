import csv

import pytest

from blockplan.errors import UsageError
from blockplan.plan import landuse
from blockplan.plan.model.codes import UNKNOWN_COLOUR


def test_a_code_lies_within_its_ancestors_only():
    codes = landuse()
    assert codes.within("080403", "08")
    assert codes.within("1401", "1401")
    assert not codes.within("1401", "1402")
    assert not codes.within(None, "14")


def test_an_unknown_code_is_known_as_unknown():
    codes = landuse()
    assert not codes.known("9999")
    assert codes.label("9999", "zh") == "9999"
    assert codes.colour("9999") == UNKNOWN_COLOUR


@pytest.mark.parametrize("name", ["cn2023", "gb50137"])
def test_every_class_has_names_a_parent_and_a_colour(name):
    codes = landuse(name)
    for entry in codes.classes.values():
        assert set(entry.names) == {"zh", "en", "ja"}, entry.code
        assert entry.parent in codes.classes or entry.level == 1, entry.code
        assert codes.colour(entry.code) != UNKNOWN_COLOUR, entry.code


def test_every_class_of_the_older_list_maps_to_a_class_that_exists():
    national = landuse("cn2023")
    older = landuse("gb50137")
    for entry in older.classes.values():
        assert not entry.maps_to or national.known(entry.maps_to), entry.code
    assert older.to_national("A33") == "080403"
    assert older.to_national("A3") is None


def test_an_unknown_list_is_refused_by_name():
    with pytest.raises(UsageError, match=r"no land-use list 'narnia'\. Known lists: cn2023, gb50137"):
        landuse("narnia")


def test_the_national_list_is_the_published_one(shared):
    with (shared.parent / "reference" / "landuse-codes.csv").open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    codes = landuse().classes
    assert set(codes) == set(rows)
    assert all(codes[code].names["zh"] == row["name_zh"] for code, row in rows.items())
    assert all(codes[code].parent == row["parent"] for code, row in rows.items())
