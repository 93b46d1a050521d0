"""Matrices wide and long, their direction, their ids, and what stands for no way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.matrix import LongColumns, pairs_within, read_matrix
from blockplan.exchange.tables import PlaceTable


def places(*ids: str, ids_from: str | None = "id") -> PlaceTable:
    return PlaceTable("places.csv", list(ids), np.ones(len(ids)), ids_from)


def csv(folder, text: str):
    path = folder / "minutes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(path, demand: PlaceTable, supply: PlaceTable, limit: float = 10) -> list[tuple[int, int, float]]:
    found = pairs_within(read_matrix(path), demand, supply, limit)
    return list(zip(found.demand.tolist(), found.supply.tolist(), found.minutes.tolist(), strict=True))


def test_rows_are_those_who_ask_and_columns_those_who_offer(tmp_path) -> None:
    path = csv(tmp_path, "id,s,t\na,1,20\nb,5,10\n")
    assert read(path, places("b", "a"), places("s", "t")) == [(0, 0, 5.0), (0, 1, 10.0), (1, 0, 1.0)]


def test_a_long_table_gives_the_same_pairs_as_a_wide_one(tmp_path) -> None:
    wide = read(csv(tmp_path, "id,s,t\na,1,20\nb,5,10\n"), places("a", "b"), places("s", "t"))
    path = csv(tmp_path, "from_id,to_id,minutes\nb,t,10\na,s,1\nb,s,5\n")
    assert read(path, places("a", "b"), places("s", "t")) == wide


def test_columns_of_a_long_table_can_be_named(tmp_path) -> None:
    path = csv(tmp_path, "home,school,time\na,s,1\n")
    found = read_matrix(path, LongColumns("home", "school", "time"))
    assert (found.origins, found.destinations, found.minutes.tolist()) == (["a"], ["s"], [1.0])
    with pytest.raises(PlanDataError, match="has no column 'shop'"):
        read_matrix(path, LongColumns("home", "shop", "time"))


def test_nothing_and_infinity_are_no_way(tmp_path) -> None:
    path = csv(tmp_path, "id,s,t\na,,inf\nb,5,\n")
    assert read(path, places("a", "b"), places("s", "t"), 1000) == [(1, 0, 5.0)]


def test_the_limit_itself_is_within(tmp_path) -> None:
    path = csv(tmp_path, "id,s\na,10\n")
    assert read(path, places("a"), places("s"), 10) == [(0, 0, 10.0)]
    assert read(path, places("a"), places("s"), 9.99) == []


def test_labels_that_count_rows_stand_for_the_rows(tmp_path) -> None:
    pd.DataFrame([[1.0, 2.0]], columns=["0", "1"]).to_parquet(tmp_path / "m.parquet")
    found = read(tmp_path / "m.parquet", places("0", ids_from=None), places("900", "901"))
    assert found == [(0, 0, 1.0), (0, 1, 2.0)]


def test_the_index_of_a_parquet_table_is_its_ids(tmp_path) -> None:
    frame = pd.DataFrame({"s": [1.0, 2.0]}, index=pd.Index(["b", "a"]))
    frame.to_parquet(tmp_path / "m.parquet")
    assert read(tmp_path / "m.parquet", places("a", "b"), places("s")) == [(0, 0, 2.0), (1, 0, 1.0)]
    frame.index.name = "home"
    frame.to_parquet(tmp_path / "n.parquet")
    assert read(tmp_path / "n.parquet", places("a", "b"), places("s")) == [(0, 0, 2.0), (1, 0, 1.0)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,s\na,1\nc,2\n", r"1 of 2 rows of .* name a place that is not in places.csv \(first: 'c'\)"),
        ("id,x\na,1\nb,2\n", r"1 of 1 columns of .* \(first: 'x'\)"),
        ("id,s\na,1\n", r"says nothing of 1 of 2 places of places.csv \(first: 'b'\)"),
        ("id,s\na,-1\nb,2\n", r"1 times are negative or no number \(first: row 1 has '-1'\)"),
        ("id,s\na,far\nb,2\n", r"no number \(first: row 1 has 'far'\)"),
        ("id,s\na,1\na,2\n", r"rows: 1 ids stand more than once \(first: 'a'\)"),
        ("from_id,to_id,minutes\na,s,1\na,s,2\n", r"1 pairs stand more than once \(first: 'a' to 's'\)"),
        ("from_id,to_id,minutes\na,,1\n", r"row 1 has nothing in 'to_id'"),
        ("from_id,to_id,minutes\nz,s,1\n", r"1 of 1 rows .* \(first: 'z'\)"),
        ("id\na\n", r"holds no times"),
    ],
)
def test_a_fault_of_a_matrix_is_told(tmp_path, text: str, said: str) -> None:
    with pytest.raises(PlanDataError, match=said):
        read(csv(tmp_path, text), places("a", "b"), places("s"))


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(tmp_path, limit: float) -> None:
    with pytest.raises(UsageError, match="at least 0"):
        read(csv(tmp_path, "id,s\na,1\n"), places("a"), places("s"), limit)
