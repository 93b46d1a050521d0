"""A notice from draft to opening: released by two, and opened with what was released."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from tests.support.office_pages import (
    ANSWERS,
    EXAMPLE,
    HERE,
    a_package,
    as_shown,
    drafted,
    faults,
    released,
    the_particulars,
    told,
)
from tests.support.staff import a_member, browser_of
from tests.support.town import town

from blockplan.errors import PlanDataError
from blockplan.notice.package import package_hash
from blockplan.plan import write
from blockplan.portal.office import drafts
from blockplan.portal.office.models import Draft
from blockplan.portal.pages import prints
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.texts import pick

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore


@pytest.mark.long
def test_a_draft_is_listed_by_the_title_of_its_plan(config: Config, planner: Client) -> None:
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    assert ">town</a>" in planner.get("/en/office/").content.decode()
    told(planner, HERE + "draft/plan/", {"package": a_package(None)})
    title = pick(PlanVersion.objects.get().document["title"], "en")
    listed = planner.get("/en/office/").content.decode()
    assert f">{title}</a>" in listed
    assert '<span class="optional">town</span>' in listed
    assert f"{title}\u00a0· town</h1>" in planner.get(HERE + "draft/").content.decode()


@pytest.mark.long
def test_the_title_of_a_draft_is_one_query_a_page_and_reads_no_document(
    config: Config, planner: Client
) -> None:
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    told(planner, HERE + "draft/plan/", {"package": a_package(None)})
    title = pick(PlanVersion.objects.get().document["title"], "en")
    page = Template(
        "{% load words %}{% notice_named one %}|{% notice_named one whole=True %}|{% notice_named one %}"
    )
    with CaptureQueriesContext(connection) as asked:
        said = page.render(Context({"one": Notice.objects.get(), "lang": "en"}))
    assert said == f"{title}|{title}\u00a0· town|{title}"
    _row, *rest = [one["sql"] for one in asked]
    assert len(rest) == 1
    assert '"plans_planversion"."scenario"' not in rest[0]  # nothing else of the row
    assert "title" in rest[0]


@pytest.mark.long
def test_a_notice_is_drafted_released_by_two_and_opened_with_what_was_released(
    config: Config, clock: HandClock, planner: Client, approver: Client
) -> None:
    drafted(planner)
    assert "30 days" in planner.get(HERE + "draft/").content.decode()
    assert planner.post(HERE + "draft/open/", {"sure": "on"}).status_code == 400
    released(planner, approver)
    asked = planner.get(HERE + "draft/open/").content.decode()
    assert "30 days" in asked.partition('class="act"')[0], "what cannot be taken back says what it enters"
    assert "Day of the expert review" in asked
    chosen = planner.get(HERE.replace("/en/", "/zh/") + "draft/release/").content.decode()
    assert "<summary>地块（parcels）&nbsp;· " in chosen
    assert "<td>地块（parcels）</td>" in chosen
    told(planner, HERE + "draft/open/", {"sure": "on", "step_expert_review": "2026-02-20"})
    row = Notice.objects.get()
    assert (row.state, row.round) == ("on_notice", 1)
    assert row.opened["release"]["by"] == "Li"
    assert row.opened["release"]["second"] == "Wang"
    assert row.opened["particulars"]["authority"] == {"en": "made-up authority"}
    assert row.opened["period"]["submission"]["last"] == "2026-03-31"
    assert not Draft.objects.exists()
    assert PlanVersion.objects.get().round == 1
    assert Entry.objects.order_by("seq").first().kind == "stepped"


@pytest.mark.long
def test_a_draft_tells_faults_of_its_data_in_the_words_of_the_reader(
    config: Config, clock: HandClock, planner: Client, tmp_path: Path
) -> None:
    plan = town(packs=["zone"])
    parcels = plan.layers["parcels"].copy()
    parcels.loc[parcels["parcel_id"] == "A", "residents"] = -5
    write(plan.replace(parcels=parcels), tmp_path / "plan")
    drafted(planner, tmp_path / "plan")
    for lang, grade, layer, column in (
        ("zh", "错误", "地块", "居住人口"),
        ("ja", "エラー", "区画", "居住人口"),
    ):
        page = planner.get(f"/{lang}/office/notices/town/draft/").content.decode()
        told_here = page.partition("<h2>2.")[2].partition("<h2>3.")[0]
        assert f"{grade}&nbsp;· {layer} A：" in told_here, told_here
        assert column in told_here
        assert 'lang="en"' not in told_here


@pytest.mark.long
def test_a_draft_whose_plan_cannot_be_read_anew_still_leads_to_another_upload(
    config: Config, clock: HandClock, planner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted(planner)

    def unreadable(_version: object) -> None:
        raise PlanDataError("plan.zip cannot be read.")

    monkeypatch.setattr(drafts, "faults_of", unreadable)
    page = planner.get(HERE + "draft/")
    assert page.status_code == 200
    assert "plan.zip cannot be read." in page.content.decode()
    assert "draft/plan/" in page.content.decode()


@pytest.mark.long
def test_nothing_opens_that_was_changed_after_the_release_check(
    config: Config, clock: HandClock, planner: Client, approver: Client
) -> None:
    drafted(planner)
    released(planner, approver)
    told(planner, HERE + "draft/dates/", {"first": "2026-03-03", "publication": "after_close_full"})
    refused = planner.post(HERE + "draft/open/", {"sure": "on"})
    assert "changed after the release check" in faults(refused)
    assert "must be signed anew" in planner.get(HERE + "draft/").content.decode()
    assert not Entry.objects.exists()


@pytest.mark.long
def test_who_answered_the_release_check_does_not_sign_it(config: Config, clock: HandClock) -> None:
    both = browser_of(a_member("Li", "planner", "approver"))
    drafted(both)
    told(both, HERE + "draft/release/", ANSWERS)
    from blockplan.portal.office.drafts import looked_at

    looked = looked_at(Draft.objects.get())
    assert "A second person signs" in faults(both.post(HERE + "draft/release/", {"sign": looked}))
    assert Draft.objects.get().signed == {}


@pytest.mark.long
def test_a_draft_that_lacks_what_the_country_asks_for_cannot_be_signed(
    config: Config, clock: HandClock, planner: Client, approver: Client
) -> None:
    drafted(planner)
    assert faults(planner.get(HERE + "draft/release/")) == "", "nobody has answered anything yet"
    told(planner, HERE + "draft/particulars/", the_particulars() | {"privacy_en": ""})
    told(planner, HERE + "draft/release/", ANSWERS)
    page = approver.get(HERE + "draft/release/").content.decode()
    assert "Stops the notice" in page
    looked = page.partition('name="sign" value="')[2].partition('"')[0]
    assert "particular_missing privacy" in faults(approver.post(HERE + "draft/release/", {"sign": looked}))


@pytest.mark.long
def test_what_two_persons_withheld_is_in_no_file_no_page_and_no_answer_of_the_service(
    config: Config, clock: HandClock, planner: Client, approver: Client
) -> None:
    drafted(planner, EXAMPLE)
    shown = planner.get(HERE + "draft/release/").content.decode()
    assert 'name="withheld_layers" value="streets"' in shown
    assert 'name="added" value="parcels.red_line_width_m"' in shown, "no contract knows it"
    nonsense = ANSWERS | {"withheld_layers": "streets, stops, NONSENSE"}
    assert "has no NONSENSE" in faults(planner.post(HERE + "draft/release/", nonsense))
    told(planner, HERE + "draft/release/", ANSWERS | {
        "withheld_layers": ["streets", "stops"], "withheld_columns": ["parcels.dwellings"],
        "added": ["parcels.red_line_width_m"],
    })  # fmt: skip
    page = approver.get(HERE + "draft/release/").content.decode()
    contents = page.partition("What goes out")[2].partition("Answers of")[0]
    assert "<td>parcels</td>" in contents
    assert "red_line_width_m" in contents
    assert "id = &quot;cjicdz&quot;" in contents
    for word in ("<td>streets</td>", "<td>stops</td>", "dwellings"):
        assert word not in contents
    looked = page.partition('name="sign" value="')[2].partition('"')[0]
    told(approver, HERE + "draft/release/", {"sign": looked})
    told(planner, HERE + "draft/open/", {"sure": "on"})

    (opened,) = open_store("town").events({"opened"})
    said = opened.payload
    assert said["release"]["withheld_layers"] == ["streets", "stops"]
    assert said["release"]["package"] == package_hash(said["plan"]["files"])
    assert said["release"]["package"] in page
    assert [file["name"] for file in said["files"]] == ["plan.gpkg", "plan.toml"]
    out = [open_store("town").file(opened.seq, number) or b"" for number in range(2)]
    assert not any(word in content for content in out for word in (b"streets", b"stop_id", b"dwellings"))
    reader = browser_of()
    assert reader.get("/en/notices/town/plan/streets/").status_code == 404
    parcels = json.loads(reader.get("/api/v1/notices/town/objects?layer=parcels").content)["features"]
    assert {one["properties"]["dwellings"] for one in parcels} == {None}
    assert json.loads(reader.get("/api/v1/notices/town/objects?layer=stops").content)["features"] == []


@pytest.mark.long
def test_a_package_with_foreign_files_and_deleted_rows_goes_out_without_them(
    config: Config, clock: HandClock, planner: Client, approver: Client, tmp_path: Path
) -> None:
    own = tmp_path / "plan.gpkg"
    shutil.copy(EXAMPLE / "plan.gpkg", own)
    with closing(sqlite3.connect(own)) as base:
        base.execute("PRAGMA secure_delete = OFF")
        base.execute("CREATE TABLE pipelines (fid INTEGER PRIMARY KEY, name TEXT)")
        base.executemany("INSERT INTO pipelines (name) VALUES (?)", [("SECRETPIPE " * 20,)] * 200)
        base.commit()
        base.execute("DROP TABLE pipelines")
        base.commit()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(EXAMPLE / "plan.toml", "plan.toml")
        packed.write(own, "plan.gpkg")
        packed.write(own, "internal-draft.gpkg")
        for file in (EXAMPLE / "scenarios").iterdir():
            packed.write(file, f"scenarios/{file.name}")
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    told(planner, HERE + "draft/dates/", {"first": "2026-03-02", "publication": "after_close_full"})
    told(planner, HERE + "draft/plan/", {"package": SimpleUploadedFile("plan.zip", made.getvalue())})
    told(planner, HERE + "draft/particulars/", the_particulars())
    released(planner, approver)
    told(planner, HERE + "draft/open/", {"sure": "on"})
    store = open_store("town")
    (opened,) = store.events({"opened"})
    assert [file["path"] for file in opened.payload["plan"]["files"]] == ["plan.gpkg", "plan.toml"]
    out = [b"".join(browser_of().get(f"/files/town/plan/{opened.seq}/{number}")) for number in range(2)]
    assert out == [store.file(opened.seq, number) for number in range(2)]
    assert b"SECRETPIPE" in own.read_bytes()
    assert not any(b"SECRETPIPE" in content for content in out)


@pytest.mark.long
def test_another_plan_keeps_what_was_withheld_and_asks_the_questions_anew(
    config: Config, clock: HandClock, planner: Client
) -> None:
    drafted(planner)
    told(planner, HERE + "draft/release/", ANSWERS | {"withheld_layers": "streets"})
    told(planner, HERE + "draft/plan/", {"package": a_package()})
    draft = Draft.objects.select_related("version").get()
    assert draft.release == {}
    assert draft.version is not None
    assert "streets" not in {one["table"] for one in draft.version.document["tables"]}


@pytest.mark.long
def test_a_package_that_was_changed_on_the_disk_after_it_was_signed_does_not_open(
    config: Config, clock: HandClock, planner: Client, approver: Client
) -> None:
    drafted(planner)
    released(planner, approver)
    version = Draft.objects.select_related("version").get().version
    assert version is not None
    with zipfile.ZipFile(version.package, "a") as packed:
        packed.writestr("internal-draft.gpkg", b"SECRETPIPE")
    refused = planner.post(HERE + "draft/open/", {"sure": "on"})
    assert "not the one that was looked at" in faults(refused)
    assert not Entry.objects.exists()


@pytest.mark.long
def test_several_places_of_display_are_entered_without_a_script_and_stand_on_page_and_print(
    config: Config, clock: HandClock, planner: Client
) -> None:
    drafted(planner)
    path = HERE + "draft/particulars/"
    said = the_particulars() | {"places": "1"}
    more = planner.post(path, said | {"another": "1", "authority_en": "typed just now"}).content.decode()
    assert "typed just now" in more
    assert 'name="place_2_name_en"' in more
    assert 'name="places" value="2"' in more
    second = {"place_2_address_en": "2 Quay", "place_2_first": "2026-03-10", "place_2_last": "2026-03-09"}
    refused = planner.post(path, said | second | {"places": "2"})
    assert "last day is before the first" in faults(refused)
    assert "name or the address" in faults(
        planner.post(path, said | {"places": "2", "place_2_hours_en": "9 to 5"})
    )
    told(planner, path, said | second | {"places": "2", "place_2_last": "2026-03-12"})
    kept = Draft.objects.get().particulars["places"]
    assert [place.get("address", {}).get("en") for place in kept] == ["made-up place_1_address", "2 Quay"]
    assert "2 Quay" in planner.get(path).content.decode()
    assert prints._places(kept, "en") == (
        "made-up place_1_name made-up place_1_address (made-up place_1_hours)",
        "2 Quay (10 March 2026 to 12 March 2026)",
    )
    without = {"place_2_address_en": "", "place_2_first": "", "place_2_last": ""}
    told(planner, path, said | {"places": "2"} | without)
    assert len(Draft.objects.get().particulars["places"]) == 1


def test_dates_that_the_law_does_not_allow_are_refused_with_the_earliest_one(
    config: Config, clock: HandClock, planner: Client
) -> None:
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    said = {"first": "2026-03-02", "last": "2026-03-20", "publication": "live"}
    assert "the earliest last day is 2026-03-31" in faults(planner.post(HERE + "draft/dates/", said))


@pytest.mark.parametrize("content", [b"no zip at all", b"PK\x03\x04 cut off"])
def test_a_package_that_is_none_is_refused_and_not_kept(
    config: Config, clock: HandClock, planner: Client, content: bytes
) -> None:
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    refused = planner.post(HERE + "draft/plan/", {"package": SimpleUploadedFile("plan.zip", content)})
    assert refused.status_code == 400
    assert list((config.data / "packages").iterdir()) == []


@pytest.mark.long
def test_a_restarted_notice_goes_through_the_release_check_again(
    shown: DatabaseStore, config: Config, planner: Client, approver: Client
) -> None:
    told(planner, HERE + "restart/", {"reason": "another height", "sure": "on"})
    told(planner, HERE + "draft/dates/", {"first": "2026-03-02", "publication": "live"})
    told(planner, HERE + "draft/particulars/", the_particulars())
    assert planner.post(HERE + "draft/open/", {"sure": "on"}).status_code == 400
    assert Notice.objects.get().round == 1
    released(planner, approver)
    told(planner, HERE + "draft/open/", {"sure": "on"})
    assert (Notice.objects.get().state, Notice.objects.get().round) == ("on_notice", 2)
    assert [event.kind for event in open_store("town").events()] == ["opened", "restarted", "opened"]


def test_two_planners_do_not_overwrite_each_others_draft(
    config: Config, clock: HandClock, planner: Client
) -> None:
    other = browser_of(a_member("Zhao", "planner"))
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    dates, words, live = HERE + "draft/dates/", HERE + "draft/particulars/", {"publication": "live"}
    for path, first, second, stands in (
        (dates, live | {"first": "2026-03-03"}, live | {"first": "2026-03-02"}, "2026-03-02"),
        (words, the_particulars() | {"purpose_en": "Mine"}, the_particulars() | {"purpose_en": "Theirs"},
         "Theirs"),
    ):  # fmt: skip
        saw = as_shown(planner, path, first)
        told(other, path, second)
        refused = planner.post(path, first | saw)
        assert stands in faults(refused)
        page = refused.content.decode()
        assert ("2026-03-03" if path == dates else "Mine") in page, "what was written is still there"
        now = {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}
        told(planner, path, first | now)
    assert str(Draft.objects.get().first) == "2026-03-03"
    assert "Mine" in str(Draft.objects.get().particulars)
