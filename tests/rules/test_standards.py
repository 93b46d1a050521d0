"""The reference table of standards: each row is a rule, a reported figure, a kind of fault, or explained."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blockplan.check.instruments import House
from blockplan.check.packs import available, load

if TYPE_CHECKING:
    from blockplan.check.rules import Rule

REPO = Path(__file__).parents[2]
TABLE = REPO.parent / "shared" / "reference" / "standards.csv"
VERIFIED = TABLE.with_name("standards-verified.csv")
NOT_ENCODED = REPO / "docs" / "rules-not-encoded.md"
#: Limits that a row of the table may be written as, by its operator.
FIGURES = {">=": "min", "<=": "max", ">": "above", "=": "exactly"}

#: Rules that are no row of the table: a plan's own bounds, and tables of GB 50180 from memory.
OWN_BOUNDS = "plan-"
FROM_MEMORY = ("gb50180-402-", "gb50180-403-")

pytestmark = pytest.mark.shared


@cache
def rows() -> dict[str, dict[str, str]]:
    if not TABLE.is_file():
        pytest.skip("needs the reference table ../shared/reference/standards.csv")
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@cache
def verified() -> dict[str, dict[str, str]]:
    """What public text confirmed, corrected or did not show, and rows that it proposes."""
    if not VERIFIED.is_file():
        pytest.skip("needs the reference table ../shared/reference/standards-verified.csv")
    with VERIFIED.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def proposed() -> set[str]:
    return {id_ for id_, row in verified().items() if row["pack"] == "proposed"}


def confidence_of(id_: str) -> str:
    """The confidence of a rule or figure: its own row's, else that of the row it is the second figure of."""
    stem = id_ if id_ in rows() or id_ in verified() else stem_of(id_)
    if stem in verified() and verified()[stem]["verdict"] in {"confirmed", "corrected"}:
        return verified()[stem]["new_confidence"]
    return rows()[stem_of(id_)]["confidence"]


def stem_of(id_: str) -> str:
    return id_ if id_ in rows() else max((row for row in rows() if id_.startswith(row)), key=len, default="")


@cache
def rules() -> dict[str, Rule]:
    return {rule.id: rule for pack in load(sorted(available()), House().measures()) for rule in pack.rules}


@cache
def reported() -> dict[str, str]:
    packs = load(sorted(available()), House().measures())
    entries = [entry for pack in packs for entry in pack.head.reported if not isinstance(entry, str)]
    return {entry.id: entry.confidence for entry in entries}


def explained() -> set[str]:
    return set(re.findall(r"^\| `([A-Za-z0-9-]+)`", NOT_ENCODED.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_row_is_a_rule_a_reported_figure_or_explained_and_only_one_of_them() -> None:
    encoded = set(rules()) | set(reported())
    assert set(rows()) - encoded - explained() == set()
    assert encoded & explained() == set()


def test_what_the_page_explains_is_a_row_of_the_table() -> None:
    # The second figure of a row has the row's id and a suffix.
    assert {id_ for id_ in explained() if not any(id_.startswith(row) for row in rows())} == set()


def test_every_rule_stems_from_a_row_and_bears_its_confidence() -> None:
    for id_, rule in rules().items():
        if id_.startswith((OWN_BOUNDS, *FROM_MEMORY)):
            assert rule.confidence == ("A" if id_.startswith(OWN_BOUNDS) else "C"), id_
            continue
        assert stem_of(id_) or id_ in proposed(), (
            f"{id_} is no row of the table, nor the second figure of one"
        )
        assert rule.confidence == confidence_of(id_), id_


def test_what_public_text_confirmed_names_where_it_was_found() -> None:
    confirmed = {id_ for id_, row in verified().items() if row["verdict"] in {"confirmed", "corrected"}}
    told = [rule for id_, rule in rules().items() if id_ in confirmed]
    assert len(told) > 40
    for rule in told:
        assert all(limit.source.confirmed_by for limit in rule.limits), rule.id
    assert not {id_ for id_, rule in rules().items() if rule.force == "must" and rule.confidence == "C"}


def test_every_proposed_row_that_a_measure_can_judge_is_a_rule() -> None:
    without_measure = {"jp-far-roadwidth", "de-baunvo-17"}
    assert proposed() - without_measure <= set(rules())
    text = NOT_ENCODED.read_text(encoding="utf-8")
    assert all(f"`{id_}`" in text for id_ in without_measure)


def test_every_reported_figure_bears_the_confidence_of_its_row() -> None:
    for id_, confidence in reported().items():
        assert stem_of(id_), id_
        assert confidence == confidence_of(id_), id_


def test_plain_figures_are_those_of_the_table() -> None:
    """Rows of one number: the newest limit holds that number, percent as a share."""
    compared = 0
    for id_, row in rows().items():
        if id_ not in rules() or row["op"] not in FIGURES or not re.fullmatch(r"[\d.]+", row["value"]):
            continue
        rule, figure = rules()[id_], float(row["value"])
        if row["unit"] == "%":
            figure /= 100
        found = rule.limits[-1].numbers
        if rule.unit == "1" and row["unit"] != "%":
            # A service radius: the rule asks for a share of people, and the figure is the distance.
            found = tuple(value for value in rule.with_.values() if isinstance(value, int | float))
        assert any(number == pytest.approx(figure, rel=1e-9) for number in found), (id_, found, figure)
        compared += 1
    assert compared >= 25


def test_ranges_are_those_of_the_table() -> None:
    for id_, row in rows().items():
        # "5-10 ha: 800-1000" is a distance for a size, and no range of what is measured.
        span = re.match(r"^([\d.]+)-([\d.]+)(?! ha:|[\d.])", row["value"])
        if id_ not in rules() or row["op"] != "range" or span is None:
            continue
        limit = rules()[id_].limits[-1]
        scale = 100 if row["unit"] == "%" else 1
        wanted = tuple(float(number) / scale for number in span.groups())
        assert (limit.min, limit.max) == pytest.approx(wanted), id_


def test_distances_are_those_of_the_table() -> None:
    for id_, row in rows().items():
        first = re.match(r"^([\d.]+)", row["value"])
        if id_ not in rules() or row["op"] != "within" or first is None:
            continue
        rule = rules()[id_]
        stated = {*rule.with_.values()} if all(map(hashable, rule.with_.values())) else set()
        stated |= {value for value in rule.with_.values() if isinstance(value, int | float)}
        stated |= {parameter.value for parameter in rule.parameters.values() if hashable(parameter.value)}
        assert float(first[1]) in stated, id_


def hashable(value: object) -> bool:
    return isinstance(value, int | float | str)


def test_only_a_binding_clause_makes_a_must() -> None:
    must = {rule.id for rule in rules().values() if rule.force == "must"}
    assert {id_ for id_ in must if rules()[id_].confidence == "C"} == set()
    laws = {"jp-planning-inspection", "de-baugb-3-2", "en-dmpo-15"}
    assert all(
        id_.startswith(("zone-", "gb50180-", "gb55014-", "gb50137-", OWN_BOUNDS)) for id_ in must - laws
    )
    assert {rule.force for id_, rule in rules().items() if id_.startswith(("bj-", "blocksnet-"))} <= {
        "comparator"
    }
