"""The comparison as CSV: one row a verdict and column, unknown is empty."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support.made_columns import a_column, a_comparison, a_measurement, a_verdict
from tests.support.varied_plans import varied

from blockplan.check.verdict import Required
from blockplan.compare.gains import Gain, HomeGain
from blockplan.report.comparison.tables import comparison_tables, write_comparison_tables

if TYPE_CHECKING:
    from pathlib import Path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_part_of_the_document_has_a_table(tmp_path: Path) -> None:
    found = varied()
    gain = Gain("b", "green", 10.0, 0.0, 14.0, 210.0, 90.0, (HomeGain("parcels", "A", 10.0, 210.0, 90.0),))
    found = replace(found, pairs=tuple(replace(pair, gains=(gain,)) for pair in found.pairs))
    written = write_comparison_tables(found, tmp_path / "tables")
    assert [path.stem for path in written] == list(found.to_dict())
    for path in written:
        assert rows_of(path), path.name


def test_a_verdict_that_is_not_judged_or_unknown_has_no_figures(tmp_path: Path) -> None:
    write_comparison_tables(varied(), tmp_path)
    rows = {(row["rule"], row["column"]): row for row in rows_of(tmp_path / "verdicts.csv")}
    assert (rows["gone", "b"]["outcome"], rows["gone", "b"]["measured"]) == ("not_judged", "")
    assert (rows["limit", "b"]["outcome"], rows["limit", "b"]["measured"]) == ("unknown", "")
    assert (rows["limit", "b"]["required_op"], rows["limit", "b"]["required"]) == ("<=", "9.0")
    assert rows["reach", "base"]["differs"] == "true"


def test_a_range_has_two_limits() -> None:
    verdict = a_verdict(required=Required("between", (1.5, 2.5)), measurement=a_measurement())
    document = a_comparison(a_column("a", verdict)).to_dict()
    tables = {table.name: table for table in comparison_tables(document)}
    (row,) = tables["verdicts"].rows
    said = dict(zip(tables["verdicts"].columns, row, strict=True))
    assert (said["required"], said["required_high"]) == (1.5, 2.5)


def test_old_and_new_values_stand_in_the_table_of_changes(tmp_path: Path) -> None:
    write_comparison_tables(varied(), tmp_path)
    rows = {(row["layer"], row["id"], row["field"]): row for row in rows_of(tmp_path / "changed.csv")}
    use = rows["parcels", "B", "land_use"]
    assert (use["change"], use["old"], use["new"]) == ("changed", "1401", "0701")
    gone = rows["parcels", "C", "land_use"]
    assert (gone["change"], gone["old"], gone["new"]) == ("removed", "16", "")
