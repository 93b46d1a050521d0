"""How long a notice runs: against more than a thousand vectors counted day by day without our code."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from tests.notice import make_period_vectors

from blockplan.errors import NoticeStateError, RulePackError, UsageError
from blockplan.notice.countries import FOLDER, Country, PeriodRule, country
from blockplan.notice.events import write_time
from blockplan.notice.periods import NoticeSchedule, first_moment, planned, shortest
from blockplan.notice.standing import Standing
from blockplan.notice.state import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VECTORS = list(csv.DictReader(make_period_vectors.FILE.read_text(encoding="utf-8").splitlines()))
day = dt.date.fromisoformat


@cache
def closed_days(name: str, part: str) -> Callable[[dt.date], bool]:
    return country(name).closed_days(part or None)


def the_shortest(vector: dict[str, str]) -> tuple[PeriodRule, Callable[[dt.date], bool], NoticeSchedule]:
    rule = country(vector["country"]).rule(vector["rule"])
    closed = closed_days(vector["country"], vector["subdivision"])
    return rule, closed, shortest(rule, day(vector["first"]), closed)


def of(kind: str) -> list[dict[str, str]]:
    return [vector for vector in VECTORS if vector["kind"] == kind]


def test_the_vectors_are_those_that_the_calendar_script_writes() -> None:
    assert make_period_vectors.FILE.read_text(encoding="utf-8") == make_period_vectors.written()


def test_there_are_enough_of_every_kind_and_country() -> None:
    count = Counter((vector["kind"], vector["country"]) for vector in VECTORS)
    assert len(VECTORS) >= 500
    assert min(count.values()) >= 60, count


def test_every_period_has_the_days_and_moments_of_its_vector() -> None:
    wrong = []
    for vector in of("period"):
        _, _, period = the_shortest(vector)
        found = (
            str(period.inspection.last), str(period.submission.last), str(period.submission.days),
            write_time(period.begins), write_time(period.ends_before),
        )  # fmt: skip
        keys = ("inspection_last", "submission_last", "days", "begins", "ends_before")
        if found != tuple(vector[key] for key in keys):
            wrong.append((vector, found))
    assert not wrong


def test_every_decision_is_that_of_its_vector() -> None:
    wrong = []
    for vector in of("decision"):
        _, _, period = the_shortest(vector)
        now = Standing(State.ON_NOTICE, ends_before=write_time(period.ends_before))
        said = "late" if now.is_late({"channel": "web"}, vector["at"]) else "in time"
        if said != vector["expected"]:
            wrong.append(vector)
    assert not wrong


def test_every_extension_is_that_of_its_vector() -> None:
    wrong = []
    for vector in of("extension"):
        if extended(vector) != vector["expected"]:
            wrong.append(vector)
    assert not wrong


def extended(vector: dict[str, str]) -> str:
    rule, closed, period = the_shortest(vector)
    now = Standing().after(opening(period))
    try:
        longer = planned(rule, day(vector["first"]), closed, last=day(vector["asked_last"]))
        now.admit("extended", {"period": longer.to_dict()}, write_time(period.begins))
    except (UsageError, NoticeStateError):
        return "refused"
    return "longer"


def opening(period: NoticeSchedule) -> Any:
    from blockplan.notice import Event
    from blockplan.notice.events import EntryPart

    payload = {"plan": {}, "rule": {}, "period": period.to_dict()}
    return Event("x", 0, "opened", write_time(period.begins), EntryPart(""), _payload=payload)


def all_cases() -> list[tuple[Country, PeriodRule, Any]]:
    found = [country(file.stem) for file in sorted(FOLDER.glob("*.yaml"))]
    return [(one, rule, case) for one in found for rule in one.rules for case in rule.cases]


@pytest.mark.parametrize(("one", "rule", "case"), all_cases(), ids=lambda value: getattr(value, "name", ""))
def test_every_case_of_every_country_holds(one: Country, rule: PeriodRule, case: Any) -> None:
    period = shortest(rule, case.first, one.closed_days(case.subdivision))
    assert period.submission.last == case.last
    assert case.inspection_last in {None, period.inspection.last}


def test_a_day_has_23_or_25_hours_where_the_clock_changes() -> None:
    def hours(first: str, then: str) -> float:
        span = first_moment(day(then), "Europe/Berlin") - first_moment(day(first), "Europe/Berlin")
        return span.total_seconds() / 3600

    assert hours("2026-03-29", "2026-03-30") == 23
    assert hours("2026-10-25", "2026-10-26") == 25


def test_a_period_that_is_too_short_is_refused_with_the_earliest_day() -> None:
    one = country("CN")
    with pytest.raises(
        UsageError, match=r"by cn-art26 \(Urban and Rural.*art. 26\) the earliest last day is 2026-03-31"
    ):
        planned(one.rule(), day("2026-03-02"), one.closed_days(), last=day("2026-03-30"))


def test_an_end_on_a_closed_day_is_refused_with_the_day_that_it_means() -> None:
    one = country("DE")
    with pytest.raises(UsageError, match="it would last until 2026-05-04"):
        planned(one.rule(), day("2026-03-02"), one.closed_days("BE"), last=day("2026-05-01"))


def test_in_japan_opinions_can_run_longer_than_the_inspection_only_under_an_ordinance() -> None:
    one = country("JP")
    first, closed = day("2026-06-01"), one.closed_days()
    period = planned(one.rule("jp-art16"), first, closed, last=day("2026-06-30"))
    assert (str(period.inspection.last), str(period.submission.last)) == ("2026-06-15", "2026-06-30")
    with pytest.raises(UsageError, match="both end on the same day"):
        planned(one.rule(), first, closed, last=day("2026-06-30"), inspection_last=day("2026-06-15"))


def test_germany_asks_for_the_land() -> None:
    with pytest.raises(UsageError, match=r"Name one of: .*BE.*BY"):
        country("DE").closed_days()
    with pytest.raises(UsageError, match="no part 'XX'"):
        country("DE").closed_days("XX")


def test_a_year_that_is_a_slip_of_the_pen_is_refused() -> None:
    one = country("CN")
    with pytest.raises(UsageError, match="Correct the year"):
        planned(one.rule(), day("2026-03-02"), one.closed_days(), last=day("2206-03-31"))


def test_an_ordinance_of_ones_own_is_a_file_of_the_same_shape(tmp_path: Path) -> None:
    text = (FOLDER / "cn.yaml").read_text(encoding="utf-8")
    own = tmp_path / "town.yaml"
    own.write_text(text.replace("minimum: 30", "minimum: 20"), encoding="utf-8")
    one = country(str(own))
    assert str(shortest(one.rule(), day("2026-03-02"), one.closed_days()).submission.last) == "2026-03-21"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "first_day: counted",
            "first_day: sometimes",
            r"own.yaml, line \d+: Input should be 'counted' or 'next'",
        ),
        ("Asia/Shanghai", "Asia/Nowhere", "no time zone 'Asia/Nowhere'"),
        ("minimum: 30", "minimum: 0", "greater than 0"),
        ("rules:", "rulez:", "Extra inputs"),
    ],
)
def test_a_fault_in_such_a_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text((FOLDER / "cn.yaml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(RulePackError, match=said):
        country(str(own))


def test_a_country_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="Take one of CN, DE, JP"):
        country("FR")
