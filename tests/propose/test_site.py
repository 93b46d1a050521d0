"""Siting on the reference plan: it agrees with the measures, keeps to limits, and says what it cannot do."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate
from tests.support.builders import X, Y, a_plan, parcels_of
from tests.support.random_plans import moved

from blockplan import figures
from blockplan.errors import BlockplanError, InfeasibleError, PlanDataError, UsageError
from blockplan.measure import measure
from blockplan.plan import read, validate
from blockplan.propose import Stop, apply, conclude, interruptible
from blockplan.propose.siting.candidates import Land
from blockplan.propose.siting.demand import DEMANDS
from blockplan.propose.siting.site import propose_site, unit_of
from blockplan.propose.siting.site_params import SiteParams
from blockplan.propose.siting.stations import Track, read_alignments

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan
    from blockplan.propose import SearchAnswer

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def plan() -> Plan:
    from tests.conftest import REPO

    return read(REPO / "examples" / "demonstration-zone")


def sited(plan: Plan, **params: Any) -> SearchAnswer:
    return propose_site(plan, SiteParams(**params), stop=Stop(seconds=60))


def value(plan: Plan, name: str, **parameters: Any) -> float | None:
    return measure(plan, name, parameters=parameters)[0].value


@pytest.mark.parametrize("reading", ["net_edge_facility", "net_edge_site", "line_facility"])
def test_what_is_promised_of_a_facility_is_what_the_measure_finds(plan: Plan, reading: str) -> None:
    answer = sited(plan, service="kindergarten", new=2, reading=reading)
    asked = {"services": ["kindergarten"], "facility_judged_by": reading}
    assert answer.proved
    assert answer.figures["share_within_500m_before"] == pytest.approx(value(plan, "service_access", **asked))
    after = value(apply(plan, answer.changes), "service_access", **asked)
    assert answer.figures["share_within_500m_after"] == pytest.approx(after)
    assert answer.objective == pytest.approx(after * 50_000)


@pytest.mark.parametrize("reading", ["net_edge_entrance", "line_edge"])
def test_what_is_promised_of_a_park_is_what_the_measure_finds(reference: Path, reading: str) -> None:
    crowded = read(reference, "c")
    answer = sited(crowded, service="park", new=1, reading=reading)
    after = value(apply(crowded, answer.changes), "green_access", judged_by=reading)
    assert answer.figures["share_within_500m_after"] == pytest.approx(after)
    assert after > value(crowded, "green_access", judged_by=reading)


def test_what_is_promised_of_stations_is_what_the_measure_finds(plan: Plan) -> None:
    answer = sited(
        plan, service="station", new=2, existing="replace", weigh_by="residents", reading="net_edge_stop",
        far_weight=1.0,
    )  # fmt: skip
    after = value(
        apply(plan, answer.changes), "stop_access",
        stop_modes=["subway"], access_limit_m=800, stop_judged_by="net_edge_stop",
    )  # fmt: skip
    assert answer.figures["share_within_800m_after"] == pytest.approx(after)
    assert answer.objective == pytest.approx(after * 50_000)


def test_a_proposal_leaves_the_plan_without_a_new_fault(plan: Plan) -> None:
    for service in ("kindergarten", "park", "station"):
        changed = apply(plan, sited(plan, service=service, new=1).changes)
        before = {(one.rule, one.id) for one in validate(plan)}
        assert {(one.rule, one.id) for one in validate(changed) if one.grade == "error"} <= before


@pytest.mark.parametrize(
    ("service", "problem", "new"),
    [
        ("kindergarten", "mclp", 3),
        ("market", "pcenter", 3),
        ("primary_school", "pmedian", 3),
        ("park", "even", 1),
    ],
)
def test_a_plan_that_is_turned_gets_its_sites_in_the_same_places(
    plan: Plan, service: str, problem: str, new: int
) -> None:
    turned = moved(plan, lambda shape: rotate(shape, 37.3, origin=(460_000, 4_390_000)))
    one, other = (sited(each, service=service, problem=problem, new=new) for each in (plan, turned))
    told = [{(change.layer, change.id) for change in answer.changes} for answer in (one, other)]
    assert told[0] == told[1]
    assert one.proved
    assert other.proved
    # Each piece of a way is rounded to the centimetre, which a turn may do the other way.
    assert other.objective == pytest.approx(one.objective, rel=5e-6)


def test_verdicts_follow_what_is_proposed(reference: Path) -> None:
    grown = read(reference, "b")
    proposal = conclude(grown, sited(grown, service="nursing_home", new=1, land=Land(size=120.0)))
    before, after = (result.verdict("zone-beds") for result in (proposal.before, proposal.after))
    assert (before.outcome, before.measured) == ("fail", pytest.approx(500 / 60))
    assert (after.outcome, after.measured) == ("pass", pytest.approx(620 / 60))


def test_limits_are_kept(plan: Plan) -> None:
    answer = sited(plan, service="kindergarten", new=4, land_m2=25_000.0, spacing_m=900.0)
    changed = apply(plan, answer.changes)
    assert answer.figures["land_m2"] <= 25_000
    sites = changed.layer("facilities").query("service == 'kindergarten'").geometry.to_numpy()
    new = sites[len(sites) - int(answer.figures["new"]) :]
    away = shapely.distance(new[:, None], sites)
    assert away[away > 0].min() >= 900


def test_locked_and_committed_parcels_keep_their_use(plan: Plan) -> None:
    first = sited(plan, service="kindergarten", new=2)
    parcels = {one.id for one in first.changes if one.layer == "parcels"}
    second = sited(plan, service="kindergarten", new=2, land=Land(locked=parcels))
    assert not parcels & {one.id for one in second.changes}
    committed = plan.layer("parcels").index[plan.layer("parcels")["committed"].fillna(value=False)]
    assert not {one.id for one in (*first.changes, *second.changes)} & set(committed)


def test_what_a_search_makes_small_or_large_has_a_unit_in_words_of_every_language() -> None:
    params = [
        SimpleNamespace(problem=problem, weigh_by=weigh_by, capacity=capacity)
        for problem in ("mclp", "lscp", "pmedian", "pcenter", "even")
        for weigh_by in (None, *DEMANDS)
        for capacity in (None, 90.0)
    ]
    units = {unit_of(one) for one in params}  # type: ignore[arg-type]
    assert {"person", "person m", "place m", "site", "1"} <= units
    assert [unit for unit in units - {"1"} if f"unit.{unit}" not in figures.CATALOG] == []
    assert figures.amount(1_250.0, "person m", "zh") == "1,250 人·米"


def test_whom_nothing_can_reach_is_told_in_every_language(plan: Plan) -> None:
    within = sited(plan, service="kindergarten", new=1, within_m=200.0).unmet
    assert [one.demand for one in within] == ["kindergarten: farther than 200 m from every place"]
    assert within[0].said("zh") == "幼儿园：离每处可选地点都超过 200 米"
    assert within[0].said("ja") == "幼稚園：どの候補地からも 200 m を超える"


def test_the_fewest_reach_a_share_and_one_less_does_not(plan: Plan) -> None:
    answer = sited(plan, service="kindergarten", problem="lscp", new=None, share=0.54)
    assert answer.proved
    assert answer.figures["share_within_500m_after"] >= 0.54
    fewer = sited(plan, service="kindergarten", new=int(answer.objective) - 1)
    assert fewer.objective < 0.54 * 50_000


def test_the_worst_served_area_gets_more_than_when_all_are_counted_together(plan: Plan) -> None:
    even = sited(plan, service="kindergarten", problem="even", new=2, within_m=700.0)
    least = 0.4
    most = sited(plan, service="kindergarten", new=2, within_m=700.0, each_at_least=least)
    assert even.proved
    assert even.objective == pytest.approx(even.figures["worst_group_share_after"])
    assert least <= most.figures["worst_group_share_after"] <= even.objective + 1e-9


def test_capacity_is_shared_out(plan: Plan) -> None:
    # 40 places for 1,000 residents: 2,000 are wanted, the six kindergartens have 1,890.
    answer = sited(plan, service="kindergarten", new=1, within_m=1500.0, capacity=300.0, per_1000=40.0)
    assert answer.proved
    assert answer.objective <= 2000
    alone = sited(plan, service="kindergarten", new=1, within_m=1500.0)
    assert answer.objective <= 0.04 * alone.objective + 1e-6


def test_ways_get_shorter_on_the_whole_and_for_whoever_has_the_longest(plan: Plan) -> None:
    mean = sited(plan, service="clinic", problem="pmedian", new=1)
    longest = sited(plan, service="clinic", problem="pcenter", new=1)
    for answer in (mean, longest):
        assert answer.proved
        assert answer.figures["mean_m_after"] < answer.figures["mean_m_before"]
    assert mean.figures["mean_m_after"] <= longest.figures["mean_m_after"]
    assert longest.figures["longest_m_after"] <= mean.figures["longest_m_after"]
    assert mean.objective == pytest.approx(50_000 * mean.figures["mean_m_after"])


def test_stations_along_an_alignment_keep_spacing_and_gaps(plan: Plan) -> None:
    lines = read_alignments(plan, ["structure:belt"])
    track = Track(lines=lines, spacing_m=1000.0, widest_m=2200.0)
    answer = sited(plan, service="station", new=6, existing="replace", track=track)
    stops = apply(plan, answer.changes).layer("stops")
    along = np.sort(
        [lines["structure:belt"].project(one) for one in stops[stops["modes"] == "subway"].geometry]
    )
    gaps = np.diff([0.0, *along, lines["structure:belt"].length])
    assert (gaps[1:-1].min() >= 1000 - 0.01, gaps.max() <= 2200 + 0.01) == (True, True)
    assert not {"ST-1", "ST-2", "ST-3"} & set(stops.index)


def test_a_station_meets_as_many_modes_as_asked_for(plan: Plan) -> None:
    answer = sited(plan, service="station", new=3, existing="replace", track=Track(lines={}, least_modes=2))
    assert value(apply(plan, answer.changes), "modes_per_station") >= 2
    with pytest.raises(
        InfeasibleError, match=r"No place for a station meets 4 modes: \d+ were looked at; the"
    ):
        sited(plan, service="station", track=Track(lines={}, least_modes=4))


def test_the_same_seed_gives_the_same_proposal_twice(plan: Plan) -> None:
    asked = SiteParams(service="culture", new=3, spacing_m=400.0)
    first, second = (propose_site(plan, asked, seed=7) for _ in range(2))
    assert first.changes == second.changes
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_a_search_that_somebody_ends_gives_its_best_and_says_so(plan: Plan) -> None:
    def press(_: object) -> None:
        if not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    pressed: list[bool] = []
    with interruptible():
        answer = propose_site(plan, SiteParams(service="kindergarten", new=3), stop=Stop(tell=press))
    assert answer.ended == "interrupted"
    assert answer.objective > 0
    assert answer.bound >= answer.objective
    assert answer.figures["new"] == 3


def test_that_no_parcel_may_take_a_service_is_told_in_the_language_of_the_reader(plan: Plan) -> None:
    with pytest.raises(InfeasibleError) as refusal:
        sited(plan, service="kindergarten", land=Land(smallest_m2=1e9))
    text = refusal.value.text or {}
    assert "没有地块可设幼儿园" in text["zh"]
    assert "小于 1,000,000,000 平方米" in text["zh"]
    assert "幼稚園を置ける区画がありません" in text["ja"]
    assert "are smaller than 1,000,000,000 m²" in str(refusal.value)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"service": "hospital"}, r"No parcel may take a hospital: of 647 parcels 0 permit"),
        ({"service": "kindergarten", "new": 99}, r"99 new sites were asked for, and \d+ places may take one"),
        (
            {"service": "kindergarten", "new": 1, "within_m": 1.0, "existing": "ignore"},
            r"None of \d+ places \(and 0 existing\) is within 1 m of anybody by net_edge_facility",
        ),
        (
            {"service": "kindergarten", "problem": "lscp", "new": None, "share": 0.55, "land_m2": 7000.0},
            r"land: [\d,]+ m2 more than the budget of 7,000|reach: [\d,]+ of 50,000 too few can be reached",
        ),
        (
            {"service": "kindergarten", "new": 1, "each_at_least": 0.9},
            r"sites: \d+ more than allowed|group \d: [\d,.]+ short",
        ),
    ],
)
def test_what_cannot_be_met_is_named_with_amounts(plan: Plan, params: dict[str, Any], said: str) -> None:
    with pytest.raises(InfeasibleError, match=said):
        sited(plan, **params)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"service": "casino"}, "'casino' cannot be sited. What can: kindergarten"),
        ({"service": "park", "reading": "by_air"}, "There is no reading 'by_air' of the reach of greens"),
        ({"service": "park", "weigh_by": "votes"}, "Nothing can be sited for 'votes'"),
        ({"service": "park", "new": None}, "Nothing says how many there may be"),
        ({"service": "park", "new": 0}, "0 new sites were asked for"),
        ({"service": "park", "share": 1.5}, "share is 1.5; it has to lie between 0 and 1"),
        ({"service": "park", "money": 5.0}, "A budget of money needs costs"),
        ({"service": "clinic", "problem": "pcenter", "capacity": 5.0}, "pcenter does not share out"),
        ({"service": "clinic", "land": Land(only=("Q-1",))}, "The plan has no parcel 'Q-1'"),
    ],
)
def test_what_makes_no_sense_is_refused(plan: Plan, params: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sited(plan, **params)


def small(**columns: Any) -> Plan:
    """A row of a home, an office that may become a park, and a home."""
    given = {"residents": [12.0, None, 30.0], "permitted": [None, "1401", None]} | columns
    return a_plan(parcels_of("0701", "0902", "0701", **given))


def test_a_small_plan_can_be_checked_by_hand() -> None:
    answer = sited(small(), service="park", reading="line_edge", within_m=50.0)
    assert (answer.objective, answer.proved) == (42.0, True)
    assert [(one.id, one.column, one.old, one.new) for one in answer.changes] == [
        ("B", "land_use", "0902", "1401")
    ]


@pytest.mark.parametrize(
    ("said", "of", "was", "now"),
    [("14", None, "0902", "1401"), ("0803,14", None, "0902", "1401"), ("G", "gb50137", "B2", "G1")],
)
def test_a_class_that_is_permitted_permits_the_uses_below_it(
    said: str, of: str | None, was: str, now: str
) -> None:
    land = parcels_of("0701", was, "0701", residents=[12.0, None, 30.0], permitted=[None, said, None])
    plan = a_plan(land.assign(land_use_list=[None, of, None]))
    answer = sited(plan, service="park", reading="line_edge", within_m=50.0)
    assert [(one.id, one.column, one.old, one.new) for one in answer.changes] == [("B", "land_use", was, now)]


def test_unknown_residents_and_missing_streets_are_named() -> None:
    with pytest.raises(
        PlanDataError, match=r"not known \(residents\).*\n.*residents \(parcels.residents\) of parcel A"
    ):
        sited(small(residents=[None, None, 30.0]), service="park", reading="line_edge")
    with pytest.raises(PlanDataError, match=r"net_edge_entrance cannot be followed: streets: layer absent"):
        sited(small(), service="park")
    with pytest.raises(UsageError, match="The plan draws no areas"):
        sited(small(), service="park", reading="line_edge", problem="even")


@pytest.mark.parametrize(
    ("plan", "params", "zh", "ja"),
    [
        (
            small(residents=[None, None, 30.0]),
            {"reading": "line_edge"},
            "地块 A：居住人口",
            "区画 A：居住人口",
        ),
        (small(), {}, "规划数据没有“道路”图层", "計画に「道路」レイヤーがありません"),
        (small(), {"reading": "line_edge", "new": 9}, "多了 8 处", "8 か所多すぎます"),
        (small(), {"reading": "line_edge", "within_m": 0.01}, "到不了任何人", "誰もいません"),
    ],
)
def test_why_no_site_is_found_is_said_in_every_language(
    plan: Plan, params: dict[str, Any], zh: str, ja: str
) -> None:
    with pytest.raises(BlockplanError) as refusal:
        sited(plan, service="park", **params)
    text = refusal.value.text or {}
    assert (zh in text.get("zh", ""), ja in text.get("ja", "")) == (True, True), text


def test_alignments_come_from_the_plan_or_from_a_file(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "lines.geojson"
    file.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "M1"}, '
        '"geometry": {"type": "LineString", "coordinates": [[116.35, 39.75], [116.36, 39.74]]}}]}'
    )
    lines = read_alignments(plan, [str(file), "rail:rail"])
    assert list(lines) == ["M1", "rail:rail"]
    assert 1000 < lines["M1"].length < 2000
    with pytest.raises(UsageError, match=r"The layer rail has no 'x'\. It has: rail"):
        read_alignments(plan, ["rail:x"])
    with pytest.raises(UsageError, match="is neither a file nor layer:id"):
        read_alignments(plan, ["nowhere.geojson"])
    with pytest.raises(UsageError, match="is no line"):
        read_alignments(plan, ["areas:rd"])
    outside = Track(lines={"far": shapely.LineString([(X, Y), (X, Y + 500)])})
    with pytest.raises(InfeasibleError, match="The alignments lie outside of the drawing"):
        sited(plan, service="station", track=outside)


def test_a_floor_area_that_nobody_says_is_unknown_and_no_budget_holds_it() -> None:
    people = parcels_of("0701", "16", permitted=[None, "080404"], residents=[500.0, None])
    plan = a_plan(people)
    answer = sited(plan, service="kindergarten", reading="line_facility")
    assert answer.figures["floor_area_m2"] is None
    with pytest.raises(InfeasibleError, match="Nobody knows the floor area of a new kindergarten"):
        sited(plan, service="kindergarten", reading="line_facility", floor_area_m2=500.0)
