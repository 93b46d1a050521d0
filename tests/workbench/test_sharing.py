"""Several editors of one scenario, in one process and in several, and processes that die amid a drag."""

from __future__ import annotations

import os
import random
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import SOAK_TIMES
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp
from blockplan.errors import PlanDataError, ScenarioGoneError, UsageError
from blockplan.live import EditConflictError, SetValue
from blockplan.live.journal import set_aside
from blockplan.live.logs import log_of
from blockplan.portal.workspace import documents
from blockplan.portal.workspace.desk import EditingDesk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("shared") / "town"
    bp.write(town(packs=["zone"]), found)
    return found


@pytest.fixture(scope="module")
def service(place: Path) -> Iterator[Service]:
    with workbench(place, "--who", "Li") as one:
        yield one


@pytest.fixture(scope="module")
def other(place: Path, service: Service) -> Iterator[Service]:
    with workbench(place, "--who", "Wang") as one:
        yield one


def put(value: Any, id_: str, since: int, column: str = "residents") -> dict[str, Any]:
    edit = {"op": "set", "layer": "parcels", "id": id_, "column": column, "value": value}
    return {"edits": [edit], "since": since}


def seq(service: Service) -> int:
    return int(service.ask("/workspace/state")[1]["seq"])


def test_what_another_process_did_is_there_before_the_next_edit(service: Service, other: Service) -> None:
    seen = seq(service)
    assert seq(other) == seen
    first = service.ask("/workspace/edits", put(501, "A", seen))[1]
    news = other.ask(f"/workspace/news?seq={seen}")[1]
    assert news["who"] == ["Li"]
    assert [(one["id"], one["feature"]["properties"]["residents"]) for one in news["features"]] == [
        ("A", 501)
    ]
    assert news["result"]["content_hash"] == first["hash"]
    assert news["result"] == other.ask("/workspace/result?brief=1")[1]  # what the page shows, and no more
    assert set(other.ask(f"/workspace/news?seq={seen + 1}")[1]) == {
        "seq",
        "scenario",
        "saved",
        "lock",
        "versions",
        "scenarios",
    }
    second = other.ask("/workspace/edits", put(502, "B", seen + 1))[1]
    assert second["seq"] == seen + 2
    assert service.ask("/workspace/state")[1]["hash"] == second["hash"]
    assert [one.ask("/workspace/verify")[1]["same"] for one in (service, other)] == [True, True]


def test_an_edit_elsewhere_goes_on_top_and_one_of_the_same_field_is_a_conflict(
    service: Service, other: Service
) -> None:
    service.ask("/workspace/edits", put(501, "A", seq(service)))
    seen = seq(service)
    service.ask("/workspace/edits", put(611, "A", seen))
    assert other.ask("/workspace/edits", put(612, "B", seen))[0] == 200
    assert other.ask("/workspace/edits", put("0701", "A", seen, "land_use"))[0] == 200
    status, said = other.ask("/workspace/edits", put(613, "A", seen))
    assert (status, said["error"], said["seq"]) == (409, "conflict", seen + 3)
    assert said["conflicts"] == [
        {
            "layer": "parcels", "id": "A", "column": "residents",
            "before": 501, "theirs": 611, "yours": 613, "who": "Wang",
        }
    ]  # fmt: skip
    assert seq(service) == seen + 3
    assert other.ask("/workspace/edits", put(611, "A", seen))[0] == 200  # the same value is no quarrel
    assert other.ask("/workspace/edits", put(613, "A", seq(other)))[0] == 200


def test_nobody_undoes_a_step_unseen(service: Service, other: Service) -> None:
    seen = seq(service)
    service.ask("/workspace/edits", put(701, "A", seen))
    status, said = other.ask("/workspace/undo", {"since": seen})
    assert (status, said["error"], said["conflicts"]) == (409, "conflict", [])
    assert "Li" in said["message"]
    assert other.ask("/workspace/undo", {"since": seen + 1})[0] == 200


def test_an_outline_that_both_moved_is_a_conflict_with_its_shapes(service: Service, other: Service) -> None:
    seen = seq(service)
    ring = drawn(service)["A"]["geometry"]["coordinates"][0]
    at = ring[0]
    first = {"op": "move_vertex", "at": at, "to": [at[0] + 0.5, at[1] + 0.25]}
    assert service.ask("/workspace/edits", {"edits": [first], "since": seen})[0] == 200
    status, said = other.ask(
        "/workspace/edits", {"edits": [first | {"to": [at[0], at[1] + 0.5]}], "since": seen}
    )
    assert status == 409, said  # the vertex is no more where the other one saw it
    second = {"op": "move_vertex", "at": ring[2], "to": [ring[2][0] - 0.5, ring[2][1] - 0.25]}
    status, said = other.ask("/workspace/edits", {"edits": [second], "since": seen})
    assert status == 409
    # The declared area and the floor area went along with the outline on both sides: that is one question.
    (clash,) = [one for one in said["conflicts"] if one["id"] == "A"]
    assert (clash["column"], clash["yours"]["type"]) == ("geometry", "Polygon")
    assert other.ask("/workspace/edits", {"edits": [second], "since": seq(other)})[0] == 200


def test_an_edit_meant_for_another_scenario_goes_nowhere(service: Service) -> None:
    seen = seq(service)
    status, said = service.ask("/workspace/edits?at=elsewhere", put(1, "A", seen))
    assert (status, said["error"]) == (409, "scenario")
    assert seq(service) == seen


def drawn(service: Service) -> dict[str, Any]:
    found = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    return {one["id"]: one for one in found}


@pytest.mark.parametrize("rounds", [pytest.param(5), pytest.param(50 * SOAK_TIMES, marks=pytest.mark.soak)])
def test_a_process_killed_amid_a_drag_loses_nothing_that_it_acknowledged(tmp_path: Path, rounds: int) -> None:
    place = tmp_path / "town"
    bp.write(town(packs=["zone"]), place)
    chance = random.Random(18)
    acknowledged: dict[str, Any] = {}
    for _ in range(rounds):
        with workbench(place) as one:
            held(one, acknowledged)
            corner = drawn(one)["A"]["geometry"]["coordinates"][0][0]
            started = threading.Event()
            drag = threading.Thread(target=dragged, args=(one, corner, acknowledged, started))
            drag.start()
            assert started.wait(60)
            drag.join(chance.random() * 0.5)  # the hand is still moving when the process dies
            os.kill(one.process.pid, signal.SIGKILL)
            one.process.wait(30)
            drag.join(60)
    with workbench(place) as one:
        held(one, acknowledged)
        assert one.ask("/workspace/verify")[1]["same"]


def held(service: Service, acknowledged: dict[str, Any]) -> None:
    """The step that was acknowledged last is there; after it at most the one that was under way."""
    state = service.ask("/workspace/state")[1]
    if acknowledged:
        assert acknowledged["seq"] <= state["seq"] <= acknowledged["seq"] + 1
        assert state["seq"] > acknowledged["seq"] or state["hash"] == acknowledged["hash"]


def dragged(
    service: Service, corner: list[float], acknowledged: dict[str, Any], started: threading.Event
) -> None:
    """A corner is moved step by step until nobody answers any more."""
    at, number = list(corner), 0
    try:
        while True:
            number += 1
            to = [corner[0] + 0.01 * (number % 40), corner[1] + 0.02 * (number % 30)]
            status, said = service.ask(
                "/workspace/edits", {"edits": [{"op": "move_vertex", "at": at, "to": to}]}
            )
            assert status == 200, said
            if not isinstance(said, dict):
                break  # the process died between the head of its answer and the body
            acknowledged.update(seq=said["seq"], hash=said["hash"])
            at = to
            started.set()
    except (OSError, ValueError):
        pass
    started.set()


RESIDENTS = SetValue(layer="parcels", id="A", column="residents", value=700)


@pytest.mark.parametrize("act", ["apply", "undo", "redo"])
def test_whoever_saw_another_log_than_this_one_is_refused(act: str) -> None:
    session = bp.live(town(packs=["zone"]))
    given = [[RESIDENTS]] if act == "apply" else []
    with pytest.raises(EditConflictError, match="begun anew"):
        getattr(session, act)(*given, since=3)
    assert session.steps == []


def test_a_log_that_was_replaced_under_a_session_is_noticed_and_nothing_is_written_into_it(
    tmp_path: Path,
) -> None:
    log = tmp_path / "draft.log"
    session, other = (bp.live(town(packs=["zone"]), log=log) for _ in range(2))
    with session.shared():
        session.apply([RESIDENTS])
    set_aside(log)
    anew = bp.live(town(packs=["zone"]), log=log)
    with anew.shared():
        anew.apply([RESIDENTS])
    written = log.read_bytes()
    for _ in range(2):  # and is said each time
        with pytest.raises(ScenarioGoneError, match="begun anew elsewhere"), session.shared():
            pass
        assert session.lost
    assert log.read_bytes() == written
    with other.shared():  # had read nothing of the old one
        assert len(other.steps) == len(anew.steps)


def test_a_log_that_cannot_be_locked_is_left_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    desk = EditingDesk(tmp_path / "town")
    desk.open("draft")
    desk.do(lambda session: session.apply([RESIDENTS]), lambda _session, answer: answer)
    desk.save()

    def full(_file: Any) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("blockplan.live.journal._lock", full)
    with pytest.raises(PlanDataError, match="cannot be locked"):
        EditingDesk(tmp_path / "town").open("draft")
    assert not list((tmp_path / "town" / "edits").glob("*.aside"))


@pytest.mark.parametrize("name", ["../../elsewhere/draft", "/elsewhere/draft", "a\0b", "x" * 300, ""])
def test_no_name_of_a_scenario_leads_out_of_the_folder_of_logs(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a scenario"):
        log_of(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_branch_of_one_desk_is_known_to_another_that_is_open(tmp_path: Path) -> None:
    package = tmp_path / "town"
    bp.write(town(packs=["zone"]), package)
    mine, theirs = EditingDesk(package), EditingDesk(package)
    mine.open("draft")
    theirs.open("other", new=True)
    theirs.branch("more-green")
    assert "more-green" in documents.state(mine, "en")["scenarios"]
