"""The law of live editing: a session says what a check of the saved plan says, whatever was done."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from benchmarks.synthetic import a_full_plan, a_synthetic_plan
from tests.conftest import SOAK_TIMES
from tests.support.random_edits import walk
from tests.support.town import edited, town, without

import blockplan as bp
from blockplan.check import available_packs, check, scopes
from blockplan.live import (
    Add,
    DrawBoundary,
    EditError,
    Merge,
    Move,
    MoveVertex,
    SetValue,
    Split,
    live,
    parse_edits,
)
from blockplan.live.compiling import EXTENSIVE
from blockplan.live.rows import FeatureChange, joined
from blockplan.live.sharing import merged
from blockplan.measure import measure
from blockplan.measure.distance.data_end import end_of
from blockplan.measure.inputs.homes import homes
from blockplan.plan import Plan, validate
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.recall import Recall, recalling

if TYPE_CHECKING:
    from blockplan.check.rules import Rule
    from blockplan.measure.measurement import Measurement, Part

DEMO = Path(__file__).parents[2] / "examples" / "demonstration-zone"
PACKS = ["zone", "sdg11"]


def of_seeds(count: int) -> pytest.MarkDecorator:
    """One seed with all tests; in a soak `count` of them for each round."""
    more = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, count * SOAK_TIMES)]
    return pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.long), *more])


def tiled(plan: Plan) -> tuple[float, float]:
    """Land of the boundary, and of it what no parcel or more than one covers, m2."""
    parcels = plan.layer("parcels").geometry.to_numpy()
    land = shapely.union_all(plan.layer("boundary").geometry.to_numpy())
    covered = shapely.union_all(parcels)
    return land.area, float(shapely.area(parcels).sum() - covered.area + (land ^ covered).area)


@of_seeds(6)
def test_after_any_edits_of_a_small_town_the_session_equals_the_saved_plan(seed: int) -> None:
    session = live(town(packs=PACKS))
    random = Random(seed)
    for _ in range(2):
        walk(session, random, 100 if seed else 20)
        assert session.verify() == []


@of_seeds(6)
def test_after_any_edits_of_an_invented_plan_the_session_equals_the_saved_plan(seed: int) -> None:
    session = live(a_synthetic_plan(64, seed), PACKS)
    for number in range(2):
        walk(session, Random(seed + 100 * number), 20)
        assert session.verify() == []


@of_seeds(6)
def test_after_any_edits_of_the_reference_plan_the_session_equals_the_saved_plan(seed: int) -> None:
    session = live(bp.read(DEMO, "b"), None if not seed else PACKS)
    walk(session, Random(seed), 12)
    assert session.verify() == []


@of_seeds(2)
def test_after_any_edits_of_a_plan_with_every_layer_the_session_says_what_every_pack_says(seed: int) -> None:
    session = live(a_full_plan(100, 2, seed), sorted(available_packs()))
    for number in range(2):
        walk(session, Random(seed + 100 * number), 8)
        assert session.verify() == []


@of_seeds(6)
def test_no_edit_opens_a_gap_or_an_overlap(seed: int) -> None:
    session = live(town(packs=["zone"]))
    random = Random(1000 + seed)
    for _ in range(25):
        walk(session, random, 1)
        land, wrong = tiled(session.plan)
        assert wrong < land * 2e-6
    assert not [one for one in session.result.faults if one.rule in {"pq-cover", "pq-overlap"}]


@pytest.mark.long
def test_undoing_everything_leads_back_to_the_hash_it_began_with() -> None:
    session = live(town(packs=["zone"]))
    began = session.plan.content_hash
    walk(session, Random(7), 12)
    while session.can_undo:
        session.undo()
    assert session.plan.content_hash == began
    assert session.difference().changed == {}
    while session.can_redo:
        session.redo()
    assert session.verify() == []


def test_the_first_feature_of_a_layer_that_the_plan_does_not_hold_is_added_and_undone() -> None:
    plan = a_synthetic_plan(16)
    assert "stops" not in plan.layers
    session = live(plan, ["sdg11"])
    place = {"type": "Point", "coordinates": plan.layer("parcels").geometry.iloc[0].centroid.coords[0]}
    session.apply([Add(layer="stops", row={"stop_id": "S-1"}, geometry=place)])
    assert list(session.plan.layer("stops").index) == ["S-1"]
    assert session.verify() == []
    session.undo()
    assert session.verify() == []


def test_a_text_that_is_taken_away_is_as_unknown_as_in_the_saved_plan() -> None:
    session = live(town(packs=["sdg11"]))
    id_ = str(session.plan.layer("parcels").index[0])
    session.apply([SetValue(layer="parcels", id=id_, column="land_use", value=None)])
    assert session.plan.layer("parcels")["land_use"].dtype == object
    assert session.plan.layer("parcels").loc[id_, "land_use"] is None
    assert session.verify() == []


@pytest.mark.long
def test_an_answer_holds_the_verdicts_that_changed_and_no_others() -> None:
    session = live(bp.read(DEMO, "b"))
    answer = session.apply([SetValue(layer="facilities", id="NH-3", column="beds", value=170)])
    assert [(one.rule, one.outcome) for one in answer.verdicts] == [("zone-beds", "pass")]
    assert answer.seq == 1
    assert answer.hash == session.plan.content_hash
    assert answer.to_dict()["capacity"]["binding_rule"] == session.result.capacity.binding_rule


def test_an_answer_names_just_the_verdicts_whose_json_differs() -> None:
    session = live(town(packs=PACKS))
    for column, value in (("residents", 900), ("land_use", "0902"), ("residents", 901)):
        before = {(one.rule, one.scope_id): one.to_dict() for one in session.result.verdicts}
        answer = session.apply([SetValue(layer="parcels", id="E", column=column, value=value)])
        after = session.result.verdicts
        assert list(answer.verdicts) == [
            one for one in after if before.get((one.rule, one.scope_id)) != one.to_dict()
        ]


def test_what_hangs_on_nothing_that_was_edited_is_not_judged_again() -> None:
    session = live(town(packs=PACKS))
    before = session.result
    session.apply([SetValue(layer="parcels", id="E", column="floor_area_m2", value=9000)])
    pairs = zip(before.verdicts, session.result.verdicts, strict=True)
    assert {one.rule for one, other in pairs if one is other} >= {"zone-belt", "zone-beds", "zone-edu"}
    assert all(one is other for one, other in zip(before.statements, session.result.statements, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("rule", ["gb50180-tier5-pop", "gb50180-503-5-total"])
def test_the_verdict_on_a_circle_that_an_edit_does_not_reach_stands(rule: str) -> None:
    session = live(a_full_plan(400), ["gb50180"])
    homes = session.plan.layer("parcels")
    lived_in = str(homes.index[homes["residents"] > 0][0])
    before = session.result.verdicts
    session.apply([SetValue(layer="parcels", id=lived_in, column="residents", value=777)])
    pairs = [pair for pair in zip(before, session.result.verdicts, strict=True) if pair[0].rule == rule]
    other = [one.scope_id for one, now in pairs if one is not now]
    assert len(pairs) > 3
    assert len(other) <= 1
    assert [one.scope_id for one, now in pairs if one.to_dict() != now.to_dict()] == other
    assert session.verify() == []


def test_parts_of_a_measurement_that_stands_are_not_gone_through_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = live(a_full_plan(400), ["gb50180"])
    lived_in = session.plan.layer("parcels")["residents"] > 0
    gone_through: set[str] = set()
    every = scopes.parts_of

    def parts_of(rule: Rule, measurement: Measurement) -> tuple[Part, ...]:
        gone_through.add(rule.measure)
        return every(rule, measurement)

    monkeypatch.setattr(scopes, "parts_of", parts_of)
    session.apply([SetValue(layer="parcels", id=str(lived_in.idxmax()), column="residents", value=777)])
    assert "circle_facility_land_per_1000" in gone_through
    assert not gone_through & {"circle_land_share", "circle_park_size"}


@pytest.mark.long
def test_after_a_home_comes_goes_or_turns_to_shops_the_session_equals_the_saved_plan() -> None:
    session = live(a_full_plan(100, 2), ["gb50180", "tod"])
    parcels = session.plan.layer("parcels")
    bare = str(parcels.index[~(parcels["residents"] > 0)][0])
    lived_in = str(parcels.index[parcels["residents"] > 0][0])
    steps = ((bare, "residents", 90), (lived_in, "land_use", "0901"), (bare, "residents", 0))
    for id_, column, value in steps:
        session.apply([SetValue(layer="parcels", id=id_, column=column, value=value)])
    assert session.verify() == []


def test_a_circle_that_an_edit_does_not_reach_keeps_its_part_where_another_changes() -> None:
    plan, recall = a_full_plan(1600), Recall()
    asked = {"tier": "5", "land_codes": ["07"]}
    with recalling(recall):
        (before,) = measure(plan, "circle_facility_land_per_1000", parameters=asked)
    parcels = plan.layer("parcels").copy()
    lived_in = str(parcels.index[parcels["residents"] > 0][0])
    parcels.loc[lived_in, "residents"] = 777
    anew = plan.edited({"parcels": parcels}, [("parcels", "residents")], {"parcels": [lived_in]})
    with recalling(recall):
        (after,) = measure(anew, "circle_facility_land_per_1000", parameters=asked)
    assert before.value != after.value
    assert sum(one is not other for one, other in zip(before.by, after.by, strict=True)) == 1


def test_which_parcels_are_of_a_class_stands_where_only_a_corner_moves() -> None:
    plan = a_synthetic_plan(64)
    parcels = plan.layer("parcels")
    moved = parcels.set_geometry(parcels.geometry.translate(1.0, 0.0))
    for of in ("planned", "construction"):
        choices = {"land_codes": ["07"], "land_of": of}
        (before,) = measure(plan, "land_share", parameters=choices)
        anew = plan.edited({"parcels": moved}, {("parcels", "geometry")})
        (after,) = measure(anew, "land_share", parameters=choices)
        assert before.counted["parcels"]
        assert after.counted["parcels"] is before.counted["parcels"]


def test_where_the_drawing_ends_stands_where_a_corner_moves_beside_which_nobody_lives() -> None:
    plan, recall = a_synthetic_plan(64), Recall()
    with recalling(recall):
        plan.layer("parcels")  # asked for by whoever asks where the drawing ends
        before = end_of(plan, homes(plan))
    parcels = plan.layer("parcels").copy()
    empty = ~(parcels["residents"] > 0)
    parcels.loc[empty, "geometry"] = parcels.geometry[empty].translate(1.0, 0.0)
    anew = plan.edited({"parcels": parcels}, {("parcels", "geometry")})
    with recalling(recall):
        assert end_of(anew, homes(anew)) is before


@pytest.mark.long
def test_what_packs_only_report_is_measured_when_somebody_asks_for_it() -> None:
    session = live(town(packs=PACKS))
    assert session.judged.reported == session.snapshot(reporting=False).result.reported == ()
    assert session.judged.verdicts == session.snapshot().result.verdicts
    as_begun = [one.to_dict() for one in session.result.reported]
    session.apply([SetValue(layer="parcels", id="E", column="residents", value=900)])
    session.apply([SetValue(layer="parcels", id="E", column="land_use", value="1401")])
    assert session.judged.reported == ()
    assert session.judged.verdicts == session.result.verdicts
    assert session.judged.overrides == session.result.overrides
    assert [one.to_dict() for one in session.result.reported] not in ([], as_begun)
    assert session.verify() == []


def test_edits_of_one_call_are_made_all_or_none() -> None:
    session = live(town(packs=["zone"]))
    began = session.plan.content_hash
    with pytest.raises(EditError, match="no feature 'nowhere'"):
        session.apply(
            parse_edits(
                [
                    {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 5},
                    {"op": "set", "layer": "parcels", "id": "nowhere", "column": "residents", "value": 5},
                ]
            )
        )
    assert session.plan.content_hash == began
    assert session.steps == []


def test_a_vertex_that_three_parcels_share_moves_for_all_three() -> None:
    session = live(town(packs=["zone"]))
    corner = shapely.get_coordinates(session.plan.layer("parcels").geometry.loc["E"])[0].tolist()
    to = [corner[0] + 7.0, corner[1] + 4.0]
    session.apply(parse_edits([{"op": "move_vertex", "at": corner, "to": to}]))
    parcels = session.plan.layer("parcels").geometry
    having = [id_ for id_, shape in parcels.items() if to in shapely.get_coordinates(shape).tolist()]
    assert len(having) == 4
    assert tiled(session.plan)[1] < 0.01


def test_a_split_shares_whole_people_by_area_and_sends_each_facility_to_its_piece() -> None:
    session = live(town(packs=["zone"]))
    parcels = session.plan.layer("parcels")
    west, south, east, north = parcels.geometry.loc["D"].bounds
    people = parcels.loc["D", "residents"]
    x = west + 0.3 * (east - west)
    session.apply([Split(id="D", line=((x, south), (x, north)))])
    after = session.plan.layer("parcels")
    assert after.loc[["D", "D-2"], "residents"].sum() == people
    assert after.loc["D"].geometry.area == pytest.approx(0.7 * parcels.geometry.loc["D"].area, rel=1e-6)
    assert (after.loc[["D", "D-2"], "residents"] % 1 == 0).all()
    for layer in ("facilities", "buildings"):
        frame = session.plan.layer(layer)
        mine = frame[frame["parcel_id"].isin(["D", "D-2"])]
        for shape, parcel in zip(mine.geometry, mine["parcel_id"], strict=True):
            assert after.geometry.loc[parcel].covers(shapely.point_on_surface(shape))


def test_a_neighbour_with_holes_of_several_shapes_takes_the_end_of_a_split() -> None:
    plan = town(packs=["zone"])
    parcels = plan.layer("parcels").copy()
    west, south, _, north = parcels.geometry.loc["D"].bounds
    holes = (
        [(west + 10, south + 10), (west + 30, south + 10), (west + 20, south + 30)],
        [(west + 50, south + 50), (west + 70, south + 50), (west + 70, south + 70), (west + 50, south + 70)],
    )
    parcels.loc["D", "geometry"] = shapely.Polygon(parcels.geometry.loc["D"].exterior, holes)
    session = live(plan.replace(parcels=parcels))
    left, _, right, _ = parcels.geometry.loc["E"].bounds
    y = (south + north) / 2
    session.apply([Split(id="E", line=((left, y), (right, y)))])
    after = session.plan.layer("parcels").geometry.loc["D"]
    assert [left, y] in shapely.get_coordinates(after.exterior).tolist()
    assert after.equals(parcels.geometry.loc["D"])


#: Columns of a parcel that hold of any part of it as of the whole.
INTENSIVE = re.compile(
    r"(far|height_m|coverage_ratio|green_ratio)(_min|_max)?|elevation_max_m|\w+_share|setback_\w+"
)


def test_each_number_of_a_parcel_adds_up_over_land_or_holds_of_each_part() -> None:
    numbers = {name for name, kind in LAYERS["parcels"].columns.items() if kind == "number"}
    assert {name for name in numbers if not INTENSIVE.fullmatch(name)} == set(EXTENSIVE)


def test_a_floor_area_cap_is_shared_by_a_split_and_summed_by_a_merge() -> None:
    drawn = town()
    sizes = {"floor_area_m2_max": 12_000.0, "underground_floor_area_m2": 3_000.0, "school_classes": 25.0}
    session = live(drawn.replace(parcels=drawn.layer("parcels").assign(**sizes)), ["zone"])
    west, south, east, north = session.plan.layer("parcels").geometry.loc["D"].bounds
    x = west + 0.3 * (east - west)
    session.apply([Split(id="D", line=((x, south), (x, north)))])
    pieces = session.plan.layer("parcels").loc[["D", "D-2"], list(sizes)]
    assert pieces.loc["D"].tolist() == pytest.approx([8_400.0, 2_100.0, 18.0])
    assert pieces.sum().to_dict() == pytest.approx(sizes)
    session.apply([Merge(ids=("D", "D-2"))])
    assert session.plan.layer("parcels").loc["D", list(sizes)].to_dict() == pytest.approx(sizes)


@pytest.mark.long
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"op": "remove", "layer": "parcels", "id": "A"}, "gap"),
        ({"op": "merge", "ids": ["A", "I"]}, "do not share an edge"),
        ({"op": "move_vertex", "at": [0, 0], "to": [1, 1]}, "No boundary has a vertex"),
        (
            {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": "many"},
            "takes a number",
        ),
        ({"op": "set", "layer": "parcels", "id": "A", "column": "parcel_id", "value": "Z"}, "it stays"),
        (
            {"op": "set", "layer": "parcels", "id": "A", "column": "colour", "value": "red"},
            "no column 'colour'",
        ),
        ({"op": "add", "layer": "stops", "row": {}}, "needs an id"),
        ({"op": "add", "layer": "stops", "row": {"stop_id": "n"}}, "needs a geometry"),
        ({"op": "move", "layer": "streets", "id": "none", "to": [0, 0]}, "has no feature"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(edit: dict[str, object], words: str) -> None:
    session = live(town(packs=["zone"]))
    with pytest.raises(EditError, match=words):
        session.apply(parse_edits([edit]))
    assert session.steps == []


@pytest.mark.parametrize(
    "edit",
    [
        Add(
            layer="streets",
            row={"street_id": "n"},
            geometry={"type": "LineString", "coordinates": [[500_000, 4_400_000], [4_400_000, 500_000]]},
        ),
        Add(
            layer="stops",
            row={"stop_id": "n"},
            geometry={"type": "Point", "coordinates": [1e12, 1e12]},
        ),
        Move(layer="stops", id="t-1", to=(0, 0)),
    ],
)
def test_what_would_lie_far_from_the_planned_land_is_refused(edit: Add | Move) -> None:
    session = live(town(packs=["zone"]))
    with pytest.raises(EditError, match=r"would lie [\d,]+ km from the planned land"):
        session.apply([edit])
    assert session.steps == []


@pytest.mark.parametrize(
    "said",
    [
        [{"op": "explode"}],
        [{"op": "set"}],
        [],
        {"op": "set"},
        "x",
        None,
        5,
        [1],
        [{"op": "split", "id": "A", "line": [[0, 0]]}],
    ],
)
def test_what_is_no_edit_is_refused_with_its_place_in_the_list(said: object) -> None:
    with pytest.raises(EditError, match="nothing was changed"):
        parse_edits(said)  # type: ignore[arg-type]


def test_a_value_of_no_kind_is_refused_once_and_not_for_each_kind_that_it_might_be() -> None:
    said = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": {"a": 1}}
    with pytest.raises(EditError) as refusal:
        parse_edits([said])
    assert str(refusal.value).splitlines()[1:] == [
        "  0.set.value: a number, a text, true, false or null is needed"
    ]


@pytest.mark.parametrize(
    ("said", "zh", "ja"),
    [
        ([], "edits: 至少须有 1 项", "edits: 1 個以上必要"),
        ("x", "edits: 应为数组", "edits: 配列が必要"),
        ([1], "0: 应为对象", "0: オブジェクトが必要"),
        ([{}], "0: 缺少 'op'", "0: 'op' がありません"),
        ([{"op": "nope"}], "0: nope 不是编辑", "0: nope という編集はありません"),
        ([{"op": "remove", "layer": ""}], "0.remove.layer: 不能为空", "0.remove.layer: 空です"),
        ([{"op": "remove", "layer": 3}], "0.remove.id: 缺少", "0.remove.id: ありません"),
        ([{"op": "move", "layer": "a", "id": "b", "to": [1e12]}], "不得大于 1e+09", "1e+09 以下"),
        ([{"op": "move", "layer": "a", "id": "b", "to": [1, 2, 3]}], "至多 2 项", "2 個まで"),
        ([{"op": "remove", "layer": "a", "id": "b", "by": 1}], "没有这一项", "この項目はありません"),
        (
            [{"op": "move_vertex", "layer": "zz", "at": [1, 2], "to": [1, 2]}],
            "应为以下之一：parcels、streets",
            "parcels、streets のいずれか",
        ),
        ([{"op": "remove", "layer": "a", "id": "\ud800"}], "应为 Unicode 文本", "Unicode の文字列"),
    ],
)
def test_what_is_no_edit_is_told_in_the_language_of_the_reader(said: Any, zh: str, ja: str) -> None:
    with pytest.raises(EditError) as refusal:
        parse_edits(said)
    text = refusal.value.text or {}
    assert zh in text["zh"]
    assert ja in text["ja"]
    for lang in ("zh", "ja"):
        assert not re.search("[A-Z][a-z]+ (should|required|unable|tag|inputs)", text[lang])


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -1e300, 10**400], ids=["nan", "inf", "low", "long"]
)
@pytest.mark.parametrize("column", ["residents", "own_note"])
def test_a_number_that_no_plan_may_hold_is_refused_also_in_a_column_of_ones_own(
    value: float, column: str
) -> None:
    drawn = town()
    session = live(drawn.replace(parcels=drawn.layer("parcels").assign(own_note=1.0)), ["zone"])
    with pytest.raises(EditError, match=f"parcels.{column}: .* is not a number that a plan can hold"):
        session.apply([SetValue(layer="parcels", id="A", column=column, value=value)])


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "\ud800"], ids=["nul", "control", "half a pair"])
def test_a_text_that_no_file_of_a_plan_can_hold_is_refused(text: str) -> None:
    session = live(town(packs=["zone"]))
    edit = SetValue.model_construct(layer="parcels", id="A", column="remarks", value=text)
    with pytest.raises(EditError, match=r"parcels.remarks: the text holds '\\"):
        session.apply([edit])
    session.apply([SetValue(layer="parcels", id="A", column="remarks", value="one\ttwo\nthree 𠮷")])


def test_a_parcel_in_several_parts_comes_apart_into_them_and_those_the_line_crosses_are_cut() -> None:
    drawn = town(packs=["zone"])
    land = drawn.layer("parcels").geometry
    apart = without(edited(drawn, "parcels", "A", land["A"].union(land["I"])), "parcels", "I")
    session = live(apart)
    with pytest.raises(EditError, match=r"Parcel A is in 2 parts\. Split it first"):
        session.apply([Merge(ids=("A", "B"))])
    west, south, _, north = land["A"].bounds
    session.apply([Split(id="A", line=((west + 40, south - 1), (west + 40, north + 1)))])
    parcels = session.plan.layer("parcels")
    pieces = [parcels.geometry[one] for one in ("A", "A-2", "A-3")]
    assert [round(one.area) for one in pieces] == [10_000, 6_000, 4_000]
    assert shapely.union_all(pieces).equals(land["A"].union(land["I"]))
    assert parcels.loc[["A", "A-2", "A-3"], "residents"].tolist() == [50, 30, 20]
    session.undo()
    session.apply([Split(id="A", line=((west - 2, south), (west - 1, south)))])  # it crosses none
    assert session.plan.layer("parcels").geometry[["A", "A-2"]].area.round().tolist() == [10_000, 10_000]


def test_neighbours_that_lie_over_each_other_are_merged_or_parted_anew() -> None:
    drawn = town(packs=["zone"])
    land = drawn.layer("parcels").geometry
    west, south, east, north = land["B"].bounds
    over = shapely.box(west, south, east, north + 7)  # E lies north of it
    session = live(edited(drawn, "parcels", "B", over))
    assert any(one.rule == "pq-double" for one in validate(session.plan))
    both = over.union(land["E"])
    session.apply([Merge(ids=("B", "E"))])
    assert session.plan.layer("parcels").geometry["B"].equals(both)
    session.undo()
    west, _, east, _ = both.bounds
    edge = land["B"].intersection(land["E"]).bounds[1]
    session.apply([DrawBoundary(ids=("B", "E"), line=((west, edge), (east, edge)))])
    assert not [one for one in validate(session.plan) if one.rule == "pq-double"]


@pytest.mark.long
def test_a_branch_goes_its_own_way_and_merges_what_does_not_clash() -> None:
    session = live(town(packs=["zone"]))
    other = session.branch("other")
    other.apply([SetValue(layer="parcels", id="A", column="residents", value=33)])
    other.apply([SetValue(layer="parcels", id="B", column="land_use", value="1401")])
    session.apply([SetValue(layer="parcels", id="A", column="far", value=1.1)])
    session.merge(other)
    row = session.plan.layer("parcels").loc["A"]
    assert (row["residents"], row["far"]) == (33, 1.1)
    assert session.plan.layer("parcels").loc["B", "land_use"] == "1401"
    assert session.verify() == []


def test_a_clash_names_feature_and_column_and_changes_nothing() -> None:
    session = live(town(packs=["zone"]))
    other = session.branch("other")
    other.apply([SetValue(layer="parcels", id="A", column="residents", value=33)])
    session.apply([SetValue(layer="parcels", id="A", column="residents", value=44)])
    with pytest.raises(EditError, match=r"parcels A, residents: 44\.0 here, 33\.0 there"):
        session.merge(other)
    assert session.plan.layer("parcels").loc["A", "residents"] == 44


def test_an_outline_that_both_branches_drew_anew_is_one_clash() -> None:
    session = live(town(packs=["zone"]))
    other = session.branch("other")
    (x, y), *_, (u, v), _ = session.plan.layer("parcels").geometry["A"].exterior.coords
    for one, (east, north) in ((session, (x, y)), (other, (u, v))):
        middle = session.plan.layer("parcels").geometry["A"].centroid
        towards = (east + (middle.x - east) / 10, north + (middle.y - north) / 10)
        one.apply([MoveVertex(at=(east, north), to=towards)])
    with pytest.raises(EditError) as clash:
        session.merge(other)
    assert [line for line in str(clash.value).splitlines() if " A" in line] == [
        "  parcels A: both drew its outline anew"
    ]


def test_branches_join_by_the_rules_of_amendments() -> None:
    base, mine, yours = {"far": 1.0, "use": "a"}, {"far": 2.0, "use": "a"}, {"far": 1.0, "use": "b"}
    assert joined(base, mine, yours) == ({"far": 2.0, "use": "b"}, [])
    assert joined(base, mine, dict(mine)) == (mine, [])
    assert joined(None, mine, dict(mine)) == (mine, [])
    assert joined(base, None, dict(base)) == (None, [])
    assert joined(base, None, yours) == (None, ["*"])
    assert joined(base, mine, base | {"far": 3.0}) == (mine, ["far"])
    key, other = ("parcels", "A"), ("parcels", "B")
    ours = {key: FeatureChange(*key, base, None), other: FeatureChange(*other, None, mine)}
    theirs = {key: FeatureChange(*key, base, yours), other: FeatureChange(*other, None, dict(mine))}
    assert merged(ours, theirs) == ([], ["parcels A: one side took it away and the other changed it"])


@pytest.mark.long
def test_what_is_saved_reads_back_as_it_was_judged(tmp_path: Path) -> None:
    place = tmp_path / "plan"
    bp.write(town(packs=["zone"]), place)
    session = live(bp.read(place), scenario="try")
    walk(session, Random(3), 15)
    session.save()
    session.save()
    again = bp.read(place, "try")
    assert again.content_hash == session.plan.content_hash
    assert check(again).to_dict() == session.result.to_dict()
    assert validate(again) == tuple(one for one in session.result.faults if one.rule != "pq-parameter")
    assert bp.read(place).content_hash != again.content_hash


@pytest.mark.long
def test_a_park_that_becomes_business_takes_the_name_and_is_judged() -> None:
    session = live(bp.read(DEMO))
    session.apply([SetValue(layer="parcels", id="LS-01-02-002", column="land_use", value="0902")])
    assert session.plan.layer("parcels").loc["LS-01-02-002", "land_use_name"] == "商务金融用地"
    assert {one.outcome for one in session.result.verdicts} == {"pass", "fail"}
    assert not session.result.faults
    session.undo()
    assert session.plan.layer("parcels").loc["LS-01-02-002", "land_use_name"] == "公园绿地"


@pytest.mark.long
def test_the_floor_area_follows_the_ratio_and_comes_back_with_undo() -> None:
    session = live(bp.read(DEMO))
    before = session.plan.layer("parcels").loc["RD-01-02-014"]
    session.apply([SetValue(layer="parcels", id="RD-01-02-014", column="far", value=4.54)])
    after = session.plan.layer("parcels").loc["RD-01-02-014"]
    assert after.floor_area_m2 == pytest.approx(2 * before.floor_area_m2, rel=0.001)
    session.undo()
    assert session.plan.layer("parcels").loc["RD-01-02-014"].floor_area_m2 == before.floor_area_m2


@pytest.mark.parametrize("lang", ["zh", "ja"])
def test_what_cannot_be_done_at_the_map_is_said_in_the_readers_language(lang: str) -> None:
    session = live(town(packs=["zone"]))
    acts = [
        session.undo,
        session.redo,
        lambda: session.apply([]),
        lambda: session.apply([SetValue(layer="parcels", id="nobody", column="far", value=1)]),
        lambda: session.apply([SetValue(layer="parcels", id="A", column="far", value="tall")]),
        lambda: session.apply([Split(id="A", line=[(0, 0), (1, 1)])]),
    ]
    for act in acts:
        with pytest.raises(EditError) as found:
            act()
        assert any("\u3041" <= letter <= "\u9fff" for letter in found.value.text[lang])


@pytest.mark.long
def test_a_facility_dragged_off_its_parcel_is_a_fault_with_its_place_at_once() -> None:
    session = live(town(packs=PACKS))
    for to, case in (((500_250.0, 4_400_050.0), "stands"), ((500_350.0, 4_400_050.0), "planned")):
        answer = session.apply([Move(layer="facilities", id="nursing", to=to)])
        (new,) = answer.new_faults
        assert (new.case, new.grade, new.id, (new.x, new.y)) == (case, "warning", "nursing", to)
        assert session.verify() == []
    answer = session.apply([SetValue(layer="facilities", id="nursing", column="parcel_id", value="C")])
    assert answer.new_faults == ()
    session.undo()
    session.undo()
    session.apply([SetValue(layer="facilities", id="nursing", column="parcel_id", value="C")])
    assert session.result.faults == ()
    assert session.verify() == []


def test_declared_and_floor_area_go_along_with_a_corner_so_that_no_fault_arises() -> None:
    session = live(town(packs=PACKS))
    plan = session.plan
    declared, drawn = plan.layer("parcels")["declared_area_m2"], plan.layer("parcels").geometry.area
    before = validate(plan)
    corner = list(plan.layer("parcels").geometry["E"].exterior.coords[0])
    session.apply(parse_edits([{"op": "move_vertex", "at": corner, "to": [corner[0] + 12, corner[1] + 14]}]))
    parcels = session.plan.layer("parcels")
    assert not parcels.geometry.area.equals(drawn)
    assert list(parcels["declared_area_m2"] / parcels.geometry.area) == pytest.approx(list(declared / drawn))
    assert [one.rule for one in validate(session.plan)] == [one.rule for one in before]
    session.undo()
    assert session.plan.layer("parcels")["declared_area_m2"].equals(declared)
