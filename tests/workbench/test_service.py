"""The workbench's service: who may speak to it, what it answers, and that nothing acknowledged is lost."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.conftest import SOAK_TIMES
from tests.support.town import town
from tests.support.workbench import Service, workbench

import blockplan as bp
from blockplan.check import check
from blockplan.cli import main
from blockplan.errors import UsageError
from blockplan.live import parse_edits
from blockplan.live.logs import log_of
from blockplan.plan import Plan
from blockplan.plan.model.layers import LAYERS
from blockplan.portal.workspace import documents
from blockplan.portal.workspace.desk import EditingDesk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.live.snapshot import Snapshot


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("workbench") / "town"
    bp.write(town(packs=["zone"]), place)
    return place


@pytest.fixture(scope="module")
def service(plan: Path) -> Iterator[Service]:
    with workbench(plan) as one:
        yield one


def put(value: Any, id_: str = "A", column: str = "residents") -> dict[str, Any]:
    return {"edits": [{"op": "set", "layer": "parcels", "id": id_, "column": column, "value": value}]}


@pytest.mark.long
@pytest.mark.parametrize("kept", [(), ("streets",)])
def test_a_plan_with_next_to_nothing_in_it_is_shown_where_it_lies(
    tmp_path: Path, kept: tuple[str, ...]
) -> None:
    whole = town(packs=["zone"])
    rest = {name: frame.iloc[:0] for name, frame in whole.layers.items() if name not in kept}
    bp.write(whole.replace(**rest), tmp_path / "plan")
    with workbench(tmp_path / "plan") as bare:
        status, said = bare.ask("/workspace/layers")
    assert status == 200
    streets = [float(one) for one in whole.layer("streets").total_bounds]
    assert said["bounds"] == (streets if kept else None)


@pytest.mark.long
def test_only_whoever_has_the_link_is_answered(service: Service) -> None:
    for path in ("/", "/workspace", "/workspace/result", "/workspace/layers", "/assets/x.js"):
        status, said = service.ask(path, token=False)
        assert (status, said["error"]) == (403, "token")
    assert service.ask("/workspace/edits", put(1), token=False)[0] == 403
    assert service.ask("/workspace/result", token=False, Authorization="Bearer wrong")[0] == 403
    assert service.ask(f"/workspace/state?token={service.token}", token=False)[0] == 200


def test_files_and_answers_travel_compressed_for_whoever_takes_them_so(service: Service) -> None:
    page = service.fetch("/")[1].decode()
    script = f"/assets/{page.partition('./assets/')[2].partition(chr(34))[0]}"
    for path in (script, "/workspace/result", "/workspace/layers"):
        plain, small = (
            service.sent("GET", path, **{"Accept-Encoding": coding}) for coding in ("identity", "gzip")
        )
        assert plain.headers["Content-Encoding"] is None
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert gzip.decompress(small.content) == plain.content
        assert len(small.content) < len(plain.content) / 2


def test_the_cookie_of_a_workbench_is_named_by_its_port(service: Service) -> None:
    port = urlsplit(service.base).port
    mine, others = (f"blockplan-workbench-{one}={service.token}" for one in (port, port + 1))
    assert service.ask("/workspace/state", token=False, Cookie=mine)[0] == 200
    assert service.ask("/workspace/state", token=False, Cookie=others)[0] == 403


def test_another_host_name_and_another_pages_request_are_refused(service: Service) -> None:
    assert service.ask("/workspace/result", Host="rebound.example")[0] == 400
    assert service.ask("/workspace/undo", {}, Origin="https://elsewhere.example")[0] == 403
    assert service.ask("/workspace/undo", {}, **{"Sec-Fetch-Site": "cross-site"})[0] == 403


def test_nothing_outside_the_built_files_is_served(service: Service) -> None:
    for path in ("/assets/../../settings.py", "/assets/%2e%2e%2fsettings.py", "/static/x", "/plan.toml"):
        assert service.ask(path)[0] == 404


@pytest.mark.long
def test_the_result_is_what_check_says_and_an_edit_answers_what_changed(service: Service, plan: Path) -> None:
    status, answer = service.ask("/workspace/edits", put(500))
    assert status == 200
    assert {"seq", "hash", "verdicts", "capacity", "faults", "affected_residents", "ms"} <= set(answer)
    assert [(one["layer"], one["id"]) for one in answer["features"]] == [("parcels", "A")]
    told = service.ask("/workspace/result")[1]["residents"]
    assert answer["residents"] == {name: told[name] for name in ("low", "central", "high")}
    assert service.ask("/workspace/verify")[1] == {"same": True, "differences": []}
    assert service.ask("/workspace/save", {})[0] == 200
    result = service.ask("/workspace/result")[1]
    for verdict in result["verdicts"]:  # in words too, as every other page has it
        said = verdict.pop("said")
        assert ("%" in said["measured"]) == (verdict["unit"] == "1" and verdict["measured"] is not None)
    assert result == json.loads(json.dumps(check(bp.read(plan, "draft")).to_dict()))
    assert result["content_hash"] == answer["hash"]
    undone = service.ask("/workspace/undo", {})[1]
    assert service.ask("/workspace/redo", {})[1]["hash"] == answer["hash"] != undone["hash"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"edits": []},
        {"edits": [{"op": "fly"}]},
        put(1, "nobody"),
        {"edits": "x"},
        {"edits": None},
    ],
)
def test_a_refused_edit_says_why_and_changes_nothing(service: Service, body: Any) -> None:
    before = service.ask("/workspace/state")[1]["hash"]
    status, said = service.ask("/workspace/edits", body, method="POST")
    assert status == 422
    assert said["message"]
    assert service.ask("/workspace/state")[1]["hash"] == before


def test_each_address_says_which_methods_it_takes_and_answers_head_as_get(service: Service) -> None:
    for path in (
        "",
        "workspace/state",
        "workspace/layers?only=parcels",
        "workspace/compare",
        "workspace/proposal",
    ):
        whole, head = service.sent("GET", f"/{path}"), service.sent("HEAD", f"/{path}")
        assert (head.status, head.headers["Content-Type"]) == (whole.status, whole.headers["Content-Type"])
        assert (int(head.headers["Content-Length"]), head.content) == (len(whole.content), b"")
    for method, path, allowed in (
        ("PUT", "state", "GET, HEAD"),
        ("POST", "compare", "GET, HEAD"),
        ("HEAD", "edits", "POST"),
        ("GET", "undo", "POST"),
        ("PATCH", "proposal", "GET, POST, DELETE, HEAD"),
    ):
        answer = service.sent(method, f"/workspace/{path}")
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=edge", b"--edge\r\n\r\n--edge--\r\n", 415),
        ("multipart/form-data", b"--", 415),
        ("application/json", b"{", 422),
        ("application/json", b"[1]", 422),
        ("text/plain", b"\xff", 422),
    ],
)
def test_a_body_that_is_no_object_does_nothing(service: Service, kind: str, body: bytes, status: int) -> None:
    service.ask("/workspace/edits", put(901))
    before = service.ask("/workspace/state")[1]
    for path in ("edits", "undo", "redo", "save", "scenario", "proposal", "proposal/cancel", "proposal/take"):
        answer = service.sent("POST", f"/workspace/{path}", body, **{"Content-Type": kind})
        assert (path, answer.status) == (path, status)
        assert json.loads(answer.content)["remedy"].endswith("Nothing was changed.")
    unlike = {"Content-Type": "multipart/form-data"}
    assert service.sent("POST", "/workspace/files", b"--", **unlike).status == 400
    assert service.ask("/workspace/state")[1]["hash"] == before["hash"]
    assert service.ask("/workspace/proposal")[1] == {"state": "none"}


@pytest.mark.parametrize(("lang", "signs"), [("zh", "[\u4e00-\u9fff]"), ("ja", "[\u3040-\u30ff]")])
def test_every_refusal_is_in_the_language_of_the_page(service: Service, lang: str, signs: str) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("POST", "edits", {}),
        ("POST", "edits", [1]),
        ("POST", "edits", {"edits": [{"op": "zz"}]}),
        ("POST", "packs", {}),
        ("POST", "packs", {"packs": ["zone"]}),  # the plan names some
        ("POST", "scenario", {"fly": "high"}),
        ("POST", "back", {"version": 1}),
        ("POST", "take", {"from": "draft"}),
        ("POST", "proposal", {"colour": "green"}),
        ("POST", "proposal", {"kind": "fly"}),
        ("POST", "proposal", {"seconds": 0}),
        ("POST", "proposal", {"parts": 1}),
        ("POST", "proposal", {"in_place": 1}),
        ("POST", "proposal", {"kind": "site", "service": "casino"}),
        ("POST", "proposal", {"service": 1}),
        ("POST", "proposal", {"new": 0}),
        ("POST", "proposal", {"within_m": -1}),
        ("POST", "proposal/cancel", {}),
        ("POST", "proposal/take", {}),
        ("GET", "report?as=jpg", None),
        ("GET", "nowhere", None),
        ("PUT", "state", None),
    ]
    for method, path, body in asked:
        query = f"{'&' if '?' in path else '?'}lang={lang}"
        status, said = service.ask(f"/workspace/{path}{query}", body, method=method)
        assert (path, 400 <= status < 500) == (path, True)
        assert re.search(signs, said["message"]), (path, said)
        assert not said["remedy"] or re.search(signs, said["remedy"]), (path, said)
    said = service.ask(f"/workspace/state?lang={lang}", token=False)[1]
    assert re.search(signs, said["message"] + said["remedy"])


def test_no_scenario_is_begun_by_a_slip_of_the_pen(
    service: Service, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match=r"no scenario 'nowhere'; it has base"):
        EditingDesk(plan).open("nowhere")
    status, said = service.ask("/workspace/scenario", {"open": "nowhere"})
    assert (status, "no scenario 'nowhere'" in said["message"]) == (422, True)
    assert service.ask("/workspace/state")[1]["scenario"] != "nowhere"
    assert not log_of(plan, "nowhere").exists()
    with pytest.raises(SystemExit, match="2"):
        main(["edit", str(plan), "--scenario", "nowhere", "--no-browser"])
    assert "Ask for a new one to begin it." in capsys.readouterr().err


@pytest.mark.long
def test_a_workbench_that_still_works_out_answers_ends_all_the_same(tmp_path: Path, reference: Path) -> None:
    place = Path(shutil.copytree(reference, tmp_path / "plan"))
    asked = ("layers", "report?lang=en", "outcomes?of=b", "outcomes?of=c", "compare?with=b")
    with workbench(place, warm=False) as service:
        for path in asked:
            threading.Thread(
                target=_whatever_comes, args=(service, f"/workspace/{path}"), daemon=True
            ).start()
        time.sleep(0.2)
    assert service.process.returncode == 0


def _whatever_comes(service: Service, path: str) -> None:
    with suppress(OSError, http.client.HTTPException):
        service.fetch(path)


def test_each_scenario_is_counted_as_check_counts_it(service: Service, plan: Path) -> None:
    wanted = Counter(one.outcome for one in bp.check(bp.read(plan)).verdicts)
    assert service.ask("/workspace/outcomes?of=base")[1] == {"of": "base", "outcomes": dict(wanted)}
    assert service.ask("/workspace/outcomes?of=nowhere")[0] == 404


def test_the_plan_as_drawn_is_not_judged_once_more_until_the_scenario_on_it_is_edited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = bp.live(town(packs=["zone"]))
    drawn = dict(Counter(one.outcome for one in bp.check(session.plan.base).verdicts))
    judged: list[str] = []

    def counted(plan: Any, *more: Any, **named: Any) -> Any:
        judged.append(plan.content_hash)
        return check(plan, *more, **named)

    monkeypatch.setattr(documents, "check", counted)
    assert documents.outcomes(session.snapshot(reporting=False), "base", {}) == drawn
    assert judged == []
    edit = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 100_000}
    session.apply(parse_edits([edit]))
    assert documents.outcomes(session.snapshot(reporting=False), "base", {}) == drawn
    assert len(judged) == 1


def test_an_edit_waits_for_no_long_question(plan: Path) -> None:
    desk = EditingDesk(plan, who="Li")
    desk.open("aside", new=True)
    asked, go_on = threading.Event(), threading.Event()

    def question(at: Snapshot) -> str:
        asked.set()
        assert go_on.wait(60)
        return at.plan.content_hash

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(desk.ask_aside, question)
        assert asked.wait(60)
        before = desk.session.plan.content_hash
        edits = parse_edits(put(4321)["edits"])
        desk.do(lambda session: session.apply(edits), lambda session, _answer: session)
        assert desk.session.plan.content_hash != before
        go_on.set()
        assert answer.result() == before
    desk.save()


def test_what_an_unknown_verdict_lacks_is_told_in_words_and_not_as_columns(service: Service) -> None:
    service.ask("/workspace/edits", put(None, "H", "land_use"))
    verdicts = service.ask("/workspace/result?lang=zh")[1]["verdicts"]
    service.ask("/workspace/undo", {})
    lacking = [one for one in verdicts if one["outcome"] == "unknown" and one["missing"]]
    assert any("parcels." in line for one in lacking for line in one["missing"])
    assert [line for one in lacking for line in one["said"]["missing"] if "parcels." in line] == []
    assert all(one["said"]["missing"] for one in lacking)


def test_the_page_is_sent_what_it_shows_and_in_its_language_alone(service: Service) -> None:
    whole, brief = (service.ask(f"/workspace/result{more}")[1] for more in ("", "?brief=1"))
    assert set(whole) - set(brief) == {"reported", "statements", "differences", "parameters", "overrides"}
    assert brief == {name: whole[name] for name in brief}
    every, some = (service.ask(f"/workspace/vocabulary{more}")[1] for more in ("", "?in=ja"))
    assert some["layers"]["parcels"]["names"] == {"ja": every["layers"]["parcels"]["names"]["ja"]}
    assert some["land_uses"]["0701"]["names"] == {"ja": every["land_uses"]["0701"]["names"]["ja"]}
    assert set(some) == set(every)


def test_packed_layers_are_the_same_places_in_millimetres(service: Service) -> None:
    whole = service.ask("/workspace/layers")[1]
    packed = service.ask("/workspace/layers?packed=1")[1]
    east, north = packed["origin"]

    def places(found: Any) -> list[list[float]]:
        if not isinstance(found[0], list):
            return [[(found[0] + east * 1000) / 1000, (found[1] + north * 1000) / 1000]]
        if isinstance(found[0][0], list):
            return [place for one in found for place in places(one)]
        ends = [[sum(step[axis] for step in found[: at + 1]) for axis in (0, 1)] for at in range(len(found))]
        return [place for end in ends for place in places(end)]

    def flat(found: Any) -> list[list[float]]:
        return [place for one in found for place in flat(one)] if isinstance(found[0], list) else [found]

    assert packed["bounds"] == whole["bounds"]
    for name, layer in whole["layers"].items():
        for one, other in zip(layer["features"], packed["layers"][name]["features"], strict=True):
            own = LAYERS[name].id_column
            known = {key: said for key, said in one["properties"].items() if said is not None and key != own}
            assert (one["id"], known) == (other["id"], other["properties"])
            if one["geometry"] is not None:
                rounded = [
                    [round(value, 3) for value in place] for place in flat(one["geometry"]["coordinates"])
                ]
                assert places(other["geometry"]["coordinates"]) == rounded


@pytest.mark.long
def test_a_branch_goes_on_from_here_and_the_first_scenario_stays(service: Service) -> None:
    service.ask("/workspace/edits", put(77))
    state = service.ask("/workspace/scenario", {"branch": "other"})[1]
    assert state["scenario"] == "other"
    service.ask("/workspace/edits", put(78))
    assert service.ask("/workspace/scenario", {"branch": "other"})[0] == 422
    assert service.ask("/workspace/scenario", {"open": "draft"})[1]["scenario"] == "draft"
    parcels = service.ask("/workspace/layers?only=parcels")[1]["layers"]["parcels"]["features"]
    assert {one["id"]: one["properties"]["residents"] for one in parcels}["A"] == 77


@pytest.mark.long
@pytest.mark.parametrize("rounds", [pytest.param(1), pytest.param(12 * SOAK_TIMES, marks=pytest.mark.soak)])
def test_an_edit_that_was_answered_is_there_after_a_kill(tmp_path: Path, rounds: int) -> None:
    place = tmp_path / "town"
    bp.write(town(packs=["zone"]), place)
    known = None
    for number in range(rounds):
        with workbench(place) as one:
            if known is not None:
                assert one.ask("/workspace/state")[1]["hash"] == known
            for value in range(3):
                known = one.ask("/workspace/edits", put(10 * number + value))[1]["hash"]
            os.kill(one.process.pid, signal.SIGKILL)
            one.process.wait(30)
    with workbench(place) as one:
        assert one.ask("/workspace/state")[1]["hash"] == known
    assert bp.read(place, "draft").content_hash == known


@pytest.mark.long
def test_a_plan_without_packs_is_edited_and_judged_once_they_are_chosen(tmp_path: Path) -> None:
    bp.write(town(packs=[]), tmp_path / "town")
    (tmp_path / "town" / "plan.toml").write_text(
        "# ours\n" + (tmp_path / "town" / "plan.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with workbench(tmp_path / "town") as one:
        told = one.ask("/workspace/result")[1]
        assert (told["packs"], told["verdicts"], told["capacity"]["residents"]) == ([], [], None)
        assert one.ask("/workspace/state")[1]["choose_packs"] is True
        assert one.ask("/workspace/edits", put(None))[0] == 200
        assert [fault["rule"] for fault in one.ask("/workspace/result")[1]["faults"]] == ["pq-missing"]
        assert one.ask("/workspace/verify")[1] == {"same": True, "differences": []}
        known = {pack["id"]: pack["title"] for pack in one.ask("/workspace/packs?lang=ja")[1]["packs"]}
        assert "zone" in known
        assert "モデル区" in known["zone"]
        for wrong in ([], ["../zone"], ["zone", "gone"], "zone", [["zone"]], None):
            assert one.ask("/workspace/packs", {"packs": wrong})[0] == 422, wrong
        status, state = one.ask("/workspace/packs", {"packs": ["zone"]})
        assert (status, list(state["packs"]), state["seq"], state["can_undo"]) == (200, ["zone"], 1, True)
        assert state["choose_packs"] is False
        assert one.ask("/workspace/result")[1]["verdicts"]
        assert one.ask("/workspace/verify")[1] == {"same": True, "differences": []}
        assert one.ask("/workspace/packs", {"packs": ["zone"]})[0] == 422
    text = (tmp_path / "town" / "plan.toml").read_text(encoding="utf-8")
    assert text.startswith("# ours\n")
    assert bp.read(tmp_path / "town", "draft").manifest.packs == ("zone",)
    assert bp.check(bp.read(tmp_path / "town", "draft")).packs == ("zone",)


@pytest.mark.long
def test_a_plan_without_packs_compares_and_reports_without_verdicts(tmp_path: Path) -> None:
    bp.write(town(packs=[]), tmp_path / "town.zip")
    with workbench(tmp_path / "town.zip") as one:
        assert one.ask("/workspace/edits", put(50))[0] == 200
        assert one.ask("/workspace/compare?with=base")[1]["verdicts"] == []
        assert one.fetch("/workspace/report?as=html")[0] == 200
        status, state = one.ask("/workspace/packs", {"packs": ["zone", "zone"]})
        assert (status, list(state["packs"])) == (200, ["zone"])
    assert bp.read(tmp_path / "town.zip", "draft").manifest.packs == ("zone",)


@pytest.mark.long
def test_the_only_feature_of_a_layer_comes_and_goes_with_undo_and_redo(tmp_path: Path) -> None:
    plan = town(packs=["zone"])
    rest = {name: layer for name, layer in plan.layers.items() if name != "streets"}
    bp.write(Plan(plan.manifest, rest), tmp_path / "town")
    line = {"type": "LineString", "coordinates": [[500_010.0, 4_400_010.0], [500_090.0, 4_400_090.0]]}
    street = {"op": "add", "layer": "streets", "row": {"street_id": "s", "class": "local"}, "geometry": line}
    with workbench(tmp_path / "town") as one:
        assert one.ask("/workspace/edits", {"edits": [street]})[0] == 200
        for act, there in (("undo", False), ("redo", True), ("undo", False)):
            status, said = one.ask(f"/workspace/{act}", {})
            assert status == 200
            assert [bool(each["feature"]) for each in said["features"]] == [there]
        assert one.ask("/workspace/news?seq=0")[0] == 200


@pytest.mark.long
def test_a_scenario_that_is_dropped_while_it_is_open_is_said_to_be_gone(tmp_path: Path) -> None:
    bp.write(town(packs=["zone"]), tmp_path / "town")
    with workbench(tmp_path / "town", "--scenario", "b", "--new") as service:
        edit = {"op": "set", "layer": "parcels", "id": "A", "column": "residents", "value": 7}
        assert service.ask("/workspace/edits", {"edits": [edit]})[0] == 200
        end = time.monotonic() + 60
        while not service.ask("/workspace/state")[1]["saved"] and time.monotonic() < end:
            time.sleep(0.05)
        with suppress(SystemExit):
            main(["scenario", "drop", str(tmp_path / "town"), "b"])
        for address, body in (("state", None), ("news?seq=1", None), ("edits", {"edits": [edit]})):
            status, said = service.ask(f"/workspace/{address}{'&' if '?' in address else '?'}lang=ja", body)
            assert (status, said["error"]) == (409, "scenario")
            assert said["message"].startswith("シナリオ「b」は別の場所で削除、改名、")
        assert service.ask("/workspace/scenario", {"open": "base"})[0] == 200
        assert service.ask("/workspace/state")[1]["scenario"] != "b"
