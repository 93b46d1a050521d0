"""The release check: found out by machine, answered and signed by two, for exactly what was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.notice_records import a_clock, an_opening

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import SqliteStore
from blockplan.notice.countries import country
from blockplan.notice.package import package_hash
from blockplan.notice.particulars import particulars_from
from blockplan.notice.release import (
    ReleaseFinding,
    findings,
    fingerprint,
    release_from,
    require_released,
    signed,
)
from blockplan.plan import Plan, read

EXAMPLE = Path(__file__).parents[2] / "examples" / "demonstration-zone"
#: What names a plan in the record.
PLAN = {"content_hash": "hash", "files": [{"path": "plan.toml", "bytes": 1, "sha256": "ab"}]}
ANSWERS = {"secrecy_mark": "none", "public_copy": "synthetic", "privacy": "all columns read"}


@pytest.mark.long
def test_what_a_country_asks_for_and_is_missing_stops_the_notice() -> None:
    found = findings(read(EXAMPLE), particulars_from({}), country("CN"))
    assert {one.said["field"] for one in found if one.stops} >= {"authority", "places", "map_review"}
    assert not [one for one in findings(read(EXAMPLE), particulars_from({}), country("DE"))
                if one.kind == "detail_large"]  # fmt: skip


def test_faults_and_columns_that_no_contract_knows_are_shown_as_warnings() -> None:
    plan = read(EXAMPLE / "faulty" / "overlap")
    parcels = plan.layer("parcels").assign(owner="a name", owner_zh="a name", land_use_zh="a text")
    changed = Plan(plan.manifest, {**plan.layers, "parcels": parcels})
    found = {one.kind: one for one in findings(changed, particulars_from({}), country("DE")) if not one.stops}
    assert found["data_fault"].said["faults"] > 0
    # Texts in a language of a column that is known are known: the stops of the plan have such, too.
    assert found["column_unknown"].said["layer"] == "parcels"
    assert {"owner", "owner_zh"} <= set(found["column_unknown"].said["columns"])
    assert "land_use_zh" not in found["column_unknown"].said["columns"]


def test_detail_in_one_piece_is_measured_against_the_limit_of_the_country() -> None:
    plan = read(EXAMPLE)
    pieces = plan.layer("boundary").explode()
    land = max(pieces.area) / 1e6
    cn = country("CN")
    assert cn.detail is not None
    small = cn.model_copy(update={"detail": cn.detail.model_copy(update={"km2": land / 2})})
    [large] = [one for one in findings(plan, particulars_from({}), small) if one.kind == "detail_large"]
    assert large.said["km2"] == pytest.approx(land, abs=0.01)


def test_two_persons_sign_and_nothing_that_stops_may_stand() -> None:
    release = release_from(ANSWERS)
    seen = [ReleaseFinding("data_fault", False, {"faults": 2, "rules": ["pq-cover"]})]
    made = signed(release, of="ab", plan=PLAN, persons=("Li", "Wang"), at="now", seen=seen)
    assert (made["plan"], made["package"]) == ("hash", package_hash(PLAN["files"]))
    assert made["seen"] == [{"kind": "data_fault", "faults": 2, "rules": ["pq-cover"]}]
    with pytest.raises(UsageError, match="two persons"):
        signed(release, of="ab", plan=PLAN, persons=("Li", " li "), at="now", seen=seen)
    stop = ReleaseFinding("particular_missing", True, {"field": "privacy"})
    with pytest.raises(NoticeStateError, match="particular_missing privacy"):
        signed(release, of="ab", plan=PLAN, persons=("Li", "Wang"), at="now", seen=[stop])


def test_an_answer_that_is_missing_is_named() -> None:
    with pytest.raises(UsageError, match="lacks: secrecy_mark, privacy"):
        release_from({"public_copy": "whole"})


def test_a_change_after_the_check_ends_it() -> None:
    of = fingerprint(plan="hash", first="2026-03-02")
    require_released({"of": of}, of=of)
    with pytest.raises(NoticeStateError, match="changed after"):
        require_released({"of": of}, of=fingerprint(plan="hash", first="2026-03-03"))
    with pytest.raises(NoticeStateError, match="not signed"):
        require_released(None, of=of)


@pytest.mark.parametrize(
    ("release", "why"),
    [
        ({"by": "Li", "second": "LI"}, "two persons"),
        ({"by": "Li", "second": "Wang", "plan": "x"}, "another"),
        ({"by": "Li", "second": "Wang", "plan": "00" * 32, "package": "x"}, "other files"),
    ],
)
def test_the_record_refuses_a_release_that_is_not_for_it(
    tmp_path: Path, release: dict[str, str], why: str
) -> None:
    with (
        SqliteStore(tmp_path / "n.sqlite", notice="made-up", clock=a_clock()) as store,
        pytest.raises(NoticeStateError, match=why),
    ):
        store.append("opened", an_opening(release=release))
