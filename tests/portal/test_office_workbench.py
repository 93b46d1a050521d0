"""The workbench from the pages of the office: two planners on one scenario, and who may do what there."""

from __future__ import annotations

import html
import io
import json
import os
import re
import shutil
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.portal.conftest import PLAN
from tests.support.office_pages import ANSWER, HERE, drafted, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.plan import Plan, read
from blockplan.plan.files import package
from blockplan.portal.background import sweep
from blockplan.portal.config import config_of_environment
from blockplan.portal.office import answer_scenarios, desks, report, workbench
from blockplan.portal.office.models import Audit
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.workspace.desk import EditingDesk
from blockplan.respond import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

AT = "/en/office/notices/town/workbench/"
TRIED = {"object": "facilities:NH-3", "column": "beds", "value": "10", "try": "1"}


@pytest.fixture(autouse=True)
def _desks_of_this_test() -> Iterator[None]:
    yield
    for one in workbench._desks.values():
        one.save()
    workbench._desks.clear()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(autouse=True)
def _the_reference_plan_is_written_for_the_workbench_once(
    copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = workbench._copy

    def copied(version: PlanVersion) -> Path:
        name = workbench._name(version)
        place = config_of_environment().data / workbench.FOLDER / name
        if place.exists() or version.source != str(PLAN):
            return make(version)
        if not (copies / name).exists():
            shutil.copytree(make(version), copies / name)
        return Path(shutil.copytree(copies / name, place, dirs_exist_ok=True))

    monkeypatch.setattr(workbench, "_copy", copied)


def sent(client: Client, path: str, body: Any) -> tuple[int, Any]:
    answer = client.post(f"{AT}workspace/{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json() if answer["Content-Type"].startswith(
        "application/json"
    ) else None


def put(value: int, since: int) -> dict[str, Any]:
    edit = {"op": "set", "layer": "facilities", "id": "NH-3", "column": "beds", "value": value}
    return {"edits": [edit], "since": since, "who": "somebody else"}


@pytest.mark.long(15)
def test_two_planners_edit_one_scenario_and_others_see_nothing_of_it(shown: DatabaseStore) -> None:
    one, two = (browser_of(a_member(name, "planner")) for name in ("Li", "Wang"))
    page = one.get(AT)
    text = page.content.decode()
    assert 'data-lang="en"' in text
    assert 'name="csrf"' in text
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    asset = text.partition("./assets/")[2].partition('"')[0]
    assert one.get(f"{AT}assets/{asset}").status_code == 200
    state = one.get(f"{AT}workspace/state").json()
    seen, name = state["seq"], state["scenario"]
    status, said = sent(one, f"edits?at={name}", put(170, seen))
    assert status == 200
    news = two.get(f"{AT}workspace/news?seq={seen}&at={name}").json()
    assert news["who"] == ["Li"]  # who is signed in, not who a request says it is
    status, clash = sent(two, f"edits?at={name}", put(180, seen))
    assert status == 409
    assert [(one["theirs"], one["yours"]) for one in clash["conflicts"]] == [(170, 180)]
    assert sent(two, f"edits?at={name}", put(180, said["seq"]))[0] == 200

    # A process of its own follows the log of edits.
    workbench._desks.clear()
    assert one.get(f"{AT}workspace/state?at={name}").json()["seq"] == said["seq"] + 1
    status, state = sent(one, f"scenario?at={name}", {"branch": "opinion-1"})
    assert (status, state["scenario"]) == (200, "opinion-1")
    assert two.get(f"{AT}workspace/state?at={name}").json()["scenario"] == name
    found = one.get(f"{AT}workspace/answer?at={name}&with=base").json()
    assert found["changes"][0].startswith("facilities:NH-3:beds:")
    acts = [row.about for row in Audit.objects.filter(what="workbench", notice="town")]
    assert acts == [
        f"edits {name} {seen + 1}",
        f"edits {name} {seen + 2}",
        f"edits {name} {seen + 2} refused: 409",
        f"edits {name} {seen + 2}",
        f"scenario {name} {seen + 3}",
    ]

    for role in ("approver", "auditor"):  # a copy of the whole plan, with what is withheld
        looking = browser_of(a_member(f"Zhao {role}", role))
        assert looking.get(f"{AT}workspace/state?at={name}").status_code == 403
        assert sent(looking, f"edits?at={name}", put(190, 0))[0] == 403
    assert browser_of(a_member("Zhou", "admin")).get(AT).status_code == 404
    for path in ("workspace/nothing", "assets/../../settings.py"):
        assert one.get(AT + path).status_code == 404
    assert one.get("/en/office/notices/nowhere/workbench/").status_code == 404
    unlike = browser_of(a_member("Qian", "planner"), enforce_csrf_checks=True)
    assert sent(unlike, f"edits?at={name}", put(1, 0))[0] == 403
    assert (PLAN / "edits").exists() is False


@pytest.mark.long(15)
def test_an_act_is_in_the_list_before_it_happens_and_a_body_that_is_no_json_changes_nothing(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = browser_of(a_member("Li", "planner"))
    state = one.get(f"{AT}workspace/state").json()
    seen: list[str] = []

    def dies(*_: Any) -> None:
        seen.extend(row.about for row in Audit.objects.filter(what="workbench"))
        raise KeyboardInterrupt  # what ends a process amid its work

    monkeypatch.setattr(EditingDesk, "do", dies)
    with pytest.raises(KeyboardInterrupt):
        sent(one, f"edits?at={state['scenario']}", put(170, state["seq"]))
    assert seen == [f"edits {state['scenario']} {state['seq'] + 1}"]
    assert one.post(f"{AT}workspace/undo", {"some": "form"}).status_code == 415
    assert one.head(f"{AT}workspace/state").status_code == 200
    assert one.post(f"{AT}workspace/state", {}).headers["Allow"] == "GET, HEAD"


@pytest.mark.long(15)
def test_a_repair_is_searched_for_in_one_process_and_taken_in_another(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (browser_of(a_member(name, "planner")) for name in ("Li", "Wang"))
    at = one.get(f"{AT}workspace/state").json()["scenario"]
    state = sent(one, f"scenario?at={at}", {"branch": "repaired"})[1]
    beds = {"op": "set", "layer": "facilities", "id": "NH-3", "column": "beds", "value": 1}
    assert sent(one, "edits?at=repaired", {"edits": [beds]})[0] == 200
    assert sent(one, "proposal?at=repaired", {"seconds": 60})[1]["state"] == "running"
    workbench._desks.clear()  # as another process, which knows nothing but the files
    end = time.monotonic() + 120
    while (found := two.get(f"{AT}workspace/proposal?at=repaired").json())["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.2)
    assert found["state"] == "done", found
    assert two.get(f"{AT}workspace/proposal?at={at}").json() == {"state": "none"}
    assert sent(two, "proposal/take?at=repaired", {})[0] == 200
    outcomes = {
        verdict["rule"]: verdict["outcome"]
        for verdict in two.get(f"{AT}workspace/result?at=repaired").json()["verdicts"]
    }
    assert outcomes["zone-beds"] == "pass"
    assert state["scenario"] == "repaired"
    monkeypatch.setattr(workbench, "MOST_SEARCHES", 0)
    assert sent(one, "proposal?at=repaired", {"seconds": 60})[0] == 409


@pytest.mark.long(15)
def test_files_dropped_on_the_workbench_become_the_plan_of_a_draft_and_of_no_notice(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    drafted(planner)
    before = PlanVersion.objects.get(notice_id="town")

    def drop(name: str, content: bytes) -> Any:
        return planner.post(f"{AT}workspace/files", {"name": name, "file": SimpleUploadedFile(name, content)})

    assert drop("odd.txt", b"no plan").status_code == 422
    assert drop("odd.zip", b"no zip").status_code == 422
    for lang, signs in (("zh", "[\u4e00-\u9fff]"), ("ja", "[\u3040-\u30ff]")):
        sent_so = {"name": "odd.txt", "file": SimpleUploadedFile("odd.txt", b"no plan")}
        said = planner.post(f"{AT}workspace/files?lang={lang}", sent_so).json()
        assert re.search(signs, said["message"]), said
        assert re.search(signs, said["remedy"]), said
    assert PlanVersion.objects.get(notice_id="town").source == before.source
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:  # as the page sends a folder of many files
        for one in (PLAN.parent / "office-town" / "shapefiles").iterdir():
            packed.write(one, f"shapefiles/{one.name}")
    frames_of, packages = package._read_frames, []
    monkeypatch.setattr(package, "_read_frames", lambda folder: packages.append(folder) or frames_of(folder))
    answer = drop("shapefiles.zip", made.getvalue())
    assert answer.status_code == 200, answer.content
    assert answer.json()["package"] == "shapefiles"
    assert len(packages) == 2  # what is kept, and what of it is public
    assert answer.json()["findings"]
    assert PlanVersion.objects.get(notice_id="town").source != before.source
    assert planner.get(f"{AT}workspace/state").json()["crs"] == "EPSG:4548"
    acts = [row.about for row in Audit.objects.filter(notice="town", what="workbench")]
    assert acts == ["files", "files refused: 422"] * 4 + ["files"]


def test_files_dropped_where_a_plan_is_on_notice_are_refused(shown: DatabaseStore) -> None:
    one = browser_of(a_member("Li", "planner"))
    answer = one.post(f"{AT}workspace/files", {"name": "a", "file": SimpleUploadedFile("a", b"x")})
    assert (answer.status_code, "stays as it is" in answer.json()["message"]) == (409, True)


@pytest.mark.long(15)
def test_a_copy_that_no_plan_is_of_goes_a_day_after_its_last_edit(shown: DatabaseStore) -> None:
    one = browser_of(a_member("Li", "planner"))
    assert one.get(f"{AT}workspace/state").status_code == 200
    folder = config_of_environment().data / "workbench"
    kept = next(place for place in folder.iterdir() if place.name.startswith("town-"))
    gone, fresh = folder / "gone-0123456789abcdef", folder / "fresh-0123456789abcdef"
    for place in (gone, fresh):
        (place / "edits").mkdir(parents=True)
        (place / "edits" / "draft.log").write_text("")
    old = time.time() - workbench.KEPT_S - 60
    for path in (*kept.rglob("*"), kept, *gone.rglob("*"), gone, fresh):
        os.utime(path, (old, old))
    sweep()
    assert sorted(place.name for place in folder.iterdir()) == [fresh.name, kept.name]
    shutil.rmtree(fresh)


@pytest.mark.long(15)
def test_a_name_from_an_address_leads_nowhere_and_edits_outlast_a_new_version(shown: DatabaseStore) -> None:
    one = browser_of(a_member("Li", "planner"))
    state = one.get(f"{AT}workspace/state").json()
    assert sent(one, f"edits?at={state['scenario']}", put(170, state["seq"]))[0] == 200
    sent(one, "save", {})
    folder = config_of_environment().data
    before = sorted(folder.rglob("*"))
    for odd in ("../../draft", str(folder / "elsewhere" / "draft"), "nobodys", "%00", "x" * 300):
        assert one.get(f"{AT}workspace/state?at={odd}").status_code in {400, 404}
    assert sent(one, "scenario", {"open": "../../draft"})[0] == 422
    assert sorted(folder.rglob("*")) == before

    # Where something else is withheld from the public the same plan becomes another version.
    version = PlanVersion.objects.filter(notice_id="town").latest("id")
    version.pk = None
    version.save()
    assert one.get(f"{AT}workspace/state").json()["seq"] == state["seq"] + 1


@pytest.mark.long(15)
def test_a_value_that_a_planner_tries_is_a_scenario_whose_change_and_verdicts_fill_the_answer(
    shown: DatabaseStore,
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    send(shown, "More beds, please.", targets=[{"layer": "facilities", "id": "NH-3"}])
    told(planner, HERE + "desk/", {"do": "cut"})
    point, before = HERE + "desk/segments/O-1.1/", len(list(shown.events()))
    page = planner.get(point).content.decode()
    assert 'name="object" list="objects" value="facilities:NH-3"' in page
    filled = planner.post(point, ANSWER | TRIED).content.decode()
    # The way to the workbench leads to that scenario, with the map on what was tried.
    assert f'href="{AT}?at=O-1.1&amp;about=facilities:NH-3"' in filled
    changes = field(filled, "changes")
    assert changes.startswith("facilities:NH-3:beds:")
    assert field(filled, "reason_en").startswith("Thank you.")
    assert "nursing" in field(filled, "reason_en").lower()
    # In Chinese and Japanese it is a sentence of theirs, without signs of half their width.
    for lang, required in (("zh", "（要求："), ("ja", "（要求：")):
        said = field(filled, f"reason_{lang}")
        assert required in said
        assert re.search(r"[:;(]|, \D", said) is None, said
    assert " → 10</li>" in filled, "numbers are written as people write them"
    assert len(list(shown.events())) == before, "nothing is entered by trying"
    taken = planner.post(point, ANSWER | {"scenario": "O-1.1", "take": "1"}).content.decode()
    assert field(taken, "changes") == changes
    told(planner, point, ANSWER | {"kind": "adopted", "changes": changes})
    answer = desks.look("town").own_answer("O-1.1")
    assert answer is not None
    version = workbench.version_of("town")
    assert version is not None
    plan = report.plan_on_notice("town")
    assert plan is not None
    assert faults_of(answer, plan, read(workbench._copy(version), "O-1.1")) == []
    for wrong in ({"object": "facilities:none"}, {"column": ""}, {"value": "many"}):
        refused = planner.post(point, ANSWER | TRIED | wrong)
        assert refused.status_code == 400, wrong
        assert field(refused.content.decode(), "reason_en") == "Thank you.", "what was written stays"


@pytest.mark.long(15)
def test_a_trial_begins_from_the_plan_on_notice_unless_it_is_to_add_and_says_who_tried_before(
    shown: DatabaseStore,
) -> None:
    one, two = (browser_of(a_member(name, "planner")) for name in ("Li", "Wang"))
    send(shown, "More beds, please.", targets=[{"layer": "facilities", "id": "NH-3"}])
    told(one, HERE + "desk/", {"do": "cut"})
    plan = report.plan_on_notice("town")
    assert plan is not None
    parcel = f"parcels:{plan.layers['parcels'].index[3]}"
    point, far = HERE + "desk/segments/O-1.1/", {"object": parcel, "column": "far", "value": "1.1"}

    def tries(client: Client, said: dict[str, str]) -> set[str]:
        page = client.post(point, ANSWER | TRIED | said).content.decode()
        return {":".join(line.split(":")[:2]) for line in field(page, "changes").splitlines()}

    assert 'name="add"' not in one.get(point).content.decode()
    assert tries(one, {}) == {"facilities:NH-3"}
    assert "Tried for this point before: Li." in two.get(point).content.decode()
    assert tries(two, far) == {parcel}
    assert two.post(point, ANSWER | TRIED | {"object": "facilities:none"}).status_code == 400
    kept = two.post(point, ANSWER | {"scenario": "O-1.1", "take": "1"}).content.decode()
    assert field(kept, "changes").startswith(f"{parcel}:"), "what was refused changes nothing"
    assert tries(two, {"add": "1"}) == {"facilities:NH-3", parcel}
    assert "Tried for this point before: Li, Wang." in one.get(point).content.decode()
    assert tries(one, {"value": "12"}) == {"facilities:NH-3"}


@pytest.mark.long(15)
def test_a_scenario_that_a_trial_began_hangs_under_the_scenario_on_notice(shown: DatabaseStore) -> None:
    planner = browser_of(a_member("Li", "planner"))
    name = planner.get(f"{AT}workspace/state").json()["scenario"]
    assert sent(planner, f"scenario?at={name}", {"branch": "handed-in"})[0] == 200
    PlanVersion.objects.filter(notice_id="town").update(scenario="handed-in")
    send(shown, "More beds, please.", targets=[{"layer": "facilities", "id": "NH-3"}])
    told(planner, HERE + "desk/", {"do": "cut"})
    assert planner.post(HERE + "desk/segments/O-1.1/", ANSWER | TRIED).status_code == 200
    listed = planner.get(f"{AT}workspace/branches?at=O-1.1").json()["branches"]
    assert [(one["from"], one["who"]) for one in listed if one["name"] == "O-1.1"] == [("handed-in", "Li")]


@pytest.mark.long(15)
def test_the_scenario_on_notice_is_locked_and_edits_go_on_in_a_branch_of_it(shown: DatabaseStore) -> None:
    planner = browser_of(a_member("Li", "planner"))
    name = planner.get(f"{AT}workspace/state").json()["scenario"]
    drawn = planner.get(f"{AT}workspace/branches?at={name}").json()["branches"][0]
    assert (drawn["name"], drawn["lock"]["why"]) == ("base", "the plan on notice")
    assert sent(planner, f"scenario?at={name}", {"branch": "handed-in"})[0] == 200
    PlanVersion.objects.filter(notice_id="town").update(scenario="handed-in")
    state = planner.get(f"{AT}workspace/state").json()
    assert (state["scenario"], state["lock"]["why"]) == ("handed-in", "the plan on notice")
    for act in ({"unlock": ""}, {"lock": "mine"}):
        assert sent(planner, "scenario?at=handed-in", act)[0] == 423
    status, said = sent(planner, "edits?at=handed-in", put(170, state["seq"]))
    assert (status, said["error"]) == (423, "locked")
    assert "the plan on notice" in said["message"]
    assert planner.get(f"{AT}workspace/state?at=handed-in").json()["hash"] == state["hash"]
    status, branch = sent(planner, "scenario?at=handed-in", {"branch": "handed-in-2"})
    assert (status, branch["lock"]) == (200, None)
    assert sent(planner, "edits?at=handed-in-2", put(170, branch["seq"]))[0] == 200
    PlanVersion.objects.filter(notice_id="town").update(round=None)
    assert planner.get(f"{AT}workspace/state?at=handed-in").json()["lock"] is None


@pytest.mark.long(15)
def test_a_scenario_that_was_edited_in_the_draft_is_on_notice_as_it_was_given(shown: DatabaseStore) -> None:
    planner = browser_of(a_member("Li", "planner"))
    versions = PlanVersion.objects.filter(notice_id="town")

    def changed(scenario: str, other: str) -> set[str]:
        said = planner.get(f"{AT}workspace/answer?at={scenario}&with={other}").json()["changes"]
        return {":".join(line.split(":")[:3]) for line in said}

    versions.update(scenario="b", round=None)
    given = planner.get(f"{AT}workspace/state").json()
    assert (given["scenario"], given["lock"], given["on_notice"]) == ("b", None, False)
    assert sent(planner, "edits?at=b", put(170, given["seq"]))[0] == 200
    versions.update(round=1)
    frozen = read(PLAN, "b").content_hash
    # Whoever comes first asks for a branch: what it is compared with is the plan on notice all the same.
    assert "facilities:NH-3:beds" not in changed("c", "b")
    held = planner.get(f"{AT}workspace/state?at=b").json()
    assert (held["hash"], held["lock"]["why"], held["on_notice"]) == (frozen, "the plan on notice", True)
    assert sent(planner, "undo?at=b", {"since": held["seq"]})[0] == 423
    assert changed("b-2", "b") == {"facilities:NH-3:beds"}, "the edits go on in a branch"
    assert planner.get(f"{AT}workspace/state?at=b-2").json()["lock"] is None

    # A draft of the same files has the same copy: what is on notice stays locked in it.
    draft = versions.get()
    draft.pk, draft.round = None, None
    draft.save()
    assert sent(planner, "edits?at=b", put(180, held["seq"]))[0] == 423
    assert planner.get(f"{AT}workspace/state?at=b").json()["hash"] == frozen


@pytest.mark.long(15)
def test_the_lock_says_whether_the_plan_still_is_on_notice_to_each_in_his_language(
    shown: DatabaseStore,
) -> None:
    one, two = (browser_of(a_member(name, "planner")) for name in ("Li", "Wang"))
    PlanVersion.objects.filter(notice_id="town").update(scenario="b")

    def why(client: Client, lang: str) -> str:
        said = client.get(f"{AT}workspace/state?at=b&lang={lang}").json()["lock"]["why"]
        assert isinstance(said, str)
        return said

    desk = workbench.desk_of(PlanVersion.objects.get(notice_id="town"), "b")
    with translation.override("zh-hans"):
        workbench.desk_of(PlanVersion.objects.get(notice_id="town"), "b")  # somebody else asks meanwhile
    assert desk.records["b"].lock is not None
    assert desk.records["b"].lock.why == "the plan on notice"
    assert [why(one, "zh"), why(two, "ja")] == ["公示稿", "公告・縦覧中の案"]
    for state in ("closed", "answered", "withdrawn"):
        Notice.objects.filter(pk="town").update(state=state)
        assert why(one, "en") == "the plan that was on notice"
        assert sent(one, "edits?at=b", put(170, 0))[0] == 423


@pytest.mark.long(15)
def test_a_poll_does_not_ask_when_the_notice_was_opened(
    shown: DatabaseStore,
) -> None:
    one = browser_of(a_member("Li", "planner"))
    PlanVersion.objects.filter(notice_id="town").update(scenario="b")
    seq = one.get(f"{AT}workspace/state?at=b").json()["seq"]
    with CaptureQueriesContext(connection) as asked:
        assert one.get(f"{AT}workspace/news?at=b&seq={seq}").status_code == 200
    assert not [query for query in asked if Entry._meta.db_table in query["sql"]]


@pytest.mark.long
def test_a_clerk_is_told_that_a_planner_answers_and_tries_changes(shown: DatabaseStore) -> None:
    clerk = browser_of(a_member("Zhao", "clerk"))
    send(shown, "More beds, please.", targets=[{"layer": "facilities", "id": "NH-3"}])
    told(clerk, HERE + "desk/", {"do": "cut"})
    page = clerk.get(HERE + "desk/segments/O-1.1/").content.decode()
    assert "A planner gives answers and tries changes of the plan." in page
    assert 'class="answering"' not in page
    assert clerk.post(HERE + "desk/segments/O-1.1/", ANSWER | TRIED).status_code == 403


@pytest.mark.long(15)
def test_after_a_trial_the_answer_that_somebody_gave_meanwhile_is_not_overwritten(
    shown: DatabaseStore,
) -> None:
    planner, other = (browser_of(a_member(name, "planner")) for name in ("Li", "Wang"))
    send(shown, "More beds, please.", targets=[{"layer": "facilities", "id": "NH-3"}])
    told(planner, HERE + "desk/", {"do": "cut"})
    point = HERE + "desk/segments/O-1.1/"
    told(other, point, ANSWER | {"reason_en": "Wang's answer."})
    page = planner.post(point, ANSWER | {"seen": ""} | TRIED).content.decode()
    seen = page.partition('class="answering"')[2].partition('name="seen" value="')[2].partition('"')[0]
    refused = planner.post(point, ANSWER | {"reason_en": "Li's.", "seen": seen})
    assert "Wang&#x27;s answer." in faults(refused)
    answer = desks.look("town").own_answer("O-1.1")
    assert answer is not None
    assert answer.by == "Wang"


@pytest.mark.long(15)
@pytest.mark.parametrize("code", ["070102", "0701"])
def test_a_code_of_land_use_is_tried_as_it_was_typed(shown: DatabaseStore, code: str) -> None:
    planner = browser_of(a_member("Li", "planner"))
    plan = report.plan_on_notice("town")
    assert plan is not None
    uses = plan.layers["parcels"]["land_use"]
    parcel = str(uses.index[uses != code][0])
    send(shown, "Homes here.", targets=[{"layer": "parcels", "id": parcel}])
    told(planner, HERE + "desk/", {"do": "cut"})
    said = {"object": f"parcels:{parcel}", "column": "land_use", "value": code, "try": "1"}
    page = planner.post(HERE + "desk/segments/O-1.1/", ANSWER | said).content.decode()
    assert f'"{code}":' in field(page, "changes")


@pytest.mark.no_database
def test_a_number_is_read_where_a_column_holds_numbers_and_only_as_people_write_them() -> None:
    read_as = answer_scenarios._value
    assert [read_as(one, "parcels", "far") for one in ("1.7", "12", "-3", ".5")] == [1.7, 12, -3, 0.5]
    assert [read_as(one, "parcels", "far") for one in ("1_0", "nan", "inf")] == ["1_0", "nan", "inf"]
    assert read_as("\uff11\uff12", "parcels", "far") == 12
    assert read_as("0701", "parcels", "land_use") == "0701"


@pytest.mark.long
def test_a_drawn_place_of_a_plan_without_parcels_offers_no_object(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = browser_of(a_member("Li", "planner"))
    plan = report.plan_on_notice("town")
    assert plan is not None
    x, y, *_ = plan.layers["parcels"].total_bounds.tolist()
    send(shown, "Here.", geometry={"type": "Point", "coordinates": [x + 1, y + 1]})
    told(planner, HERE + "desk/", {"do": "cut"})
    bare = Plan(plan.manifest, {name: one for name, one in plan.layers.items() if name != "parcels"})
    monkeypatch.setattr(report, "plan_on_notice", lambda _: bare)
    assert planner.get(HERE + "desk/segments/O-1.1/").status_code == 200


def field(page: str, name: str) -> str:
    """What stands in a field of several lines."""
    said = page.partition(f'<textarea name="{name}"')[2].partition(">")[2].partition("</textarea>")[0]
    return html.unescape(said).strip()
