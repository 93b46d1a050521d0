"""A notice before it opens, as the public will see it: for its office and by a link, for nobody else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.conftest import FIRST, PLAN
from tests.portal.databases import on_sqlite
from tests.support.builders import a_manifest
from tests.support.staff import a_member, browser_of

from blockplan.check import check
from blockplan.notice.countries import country
from blockplan.notice.package import FrozenPlan
from blockplan.notice.submissions import Submission, submit
from blockplan.plan import Plan, read
from blockplan.portal.office.drafts import COUNTRIES, begin_draft, draft_anew, use_plan
from blockplan.portal.office.models import Audit, Draft, Grant
from blockplan.portal.office.plan_drafts import law_of_packs, put_at_hand
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Entry, Notice

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

NOTICE = "/en/notices/town/"
#: What the public will see, and files beside it.
PAGES = (
    NOTICE,
    f"{NOTICE}plan/",
    f"{NOTICE}plan/areas/rd/",
    f"{NOTICE}plan/parcels/RD-01-01-012/",
    f"{NOTICE}plan/parcels/RD-01-01-012/my-parcel/",
    f"{NOTICE}opinion/",
    f"{NOTICE}opinions/",
    f"{NOTICE}response/",
    f"{NOTICE}record/",
)
MAP = "/files/town/maps/en/landuse.svg"


@pytest.fixture
def draft(config: Config, clock: object, judged: Any) -> Draft:
    """The reference plan as a draft without dates."""
    made = begin_draft("town", "CN", "cn-art26", by="Li")
    use_plan(made, PLAN, judged=judged)
    return made


def statuses(client: Client) -> set[int]:
    return {client.get(path).status_code for path in PAGES}


@pytest.mark.long
def test_the_office_of_a_draft_reads_every_page_that_the_public_will(draft: Draft) -> None:
    client = browser_of(a_member("Li", "planner"))
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Preview: not public yet" in answer.content.decode(), path
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "ETag" not in answer.headers
    drawn = client.get(MAP)
    assert drawn.status_code == 200
    assert drawn.headers["Cache-Control"] == "private, no-store"
    drawn.close()


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "runs", "waits"),
    [("zh", "公示中", "尚未公示"), ("en", "On notice", "Not public yet"), ("ja", "縦覧中", "未公開")],
)
def test_a_preview_does_not_say_that_the_notice_runs(draft: Draft, lang: str, runs: str, waits: str) -> None:
    client = browser_of(a_member("Li", "planner"))
    for page in ("", "place/?about=parcels:RD-01-01-012"):
        said = client.get(f"/{lang}/notices/town/{page}").content.decode()
        state = said.partition('<p class="state')[2].partition("</p>")[0]
        assert waits in state, page
        assert runs not in state, page


@pytest.mark.long
def test_for_everybody_else_a_draft_is_not_there(draft: Draft) -> None:
    Notice.objects.create(id="other")
    nobody = browser_of()
    elsewhere = browser_of(a_member("Wang", "planner", notice="other"))
    without_factor = browser_of(a_member("Chen", "planner", factor=False))
    only_admin = browser_of(a_member("Zhao", "admin"))
    for client in (nobody, elsewhere, without_factor, only_admin):
        assert statuses(client) == {404}
        assert client.get(MAP).status_code == 404
        assert client.get("/api/v1/notices/town").status_code == 404
        assert "town" not in client.get("/en/").content.decode()
        there, nowhere = (client.get(path).content for path in (NOTICE, "/en/notices/nowhere/"))
        assert there.replace(b"town", b"nowhere") == nowhere
    assert not nobody.get(NOTICE).cookies


def test_each_role_of_notices_may_look_and_one_for_this_notice_alone_is_enough(draft: Draft) -> None:
    for name, role in enumerate(("clerk", "approver", "auditor")):
        client = browser_of(a_member(f"Wang {name}", role, notice="town"))
        assert client.get(f"{NOTICE}record/").status_code == 200, role


def test_in_a_preview_nothing_is_sent_and_nothing_kept(draft: Draft) -> None:
    client = browser_of(a_member("Li", "planner"))
    form = client.get(f"{NOTICE}opinion/?layer=areas&object=rd").content.decode()
    assert 'value="check" disabled' in form
    assert "nothing can be sent" in form
    for step in ("check", "save", "find", "send"):
        assert client.post(f"{NOTICE}opinion/", {"do": step, "text": "Trees."}).status_code == 409
    assert not Entry.objects.filter(notice_id="town").exists()


@on_sqlite  # what a page says knows nothing of the database
@pytest.mark.long
def test_without_dates_the_preview_says_that_they_are_assumed_and_with_dates_it_has_them(
    draft: Draft,
) -> None:
    client = browser_of(a_member("Li", "planner"))
    said = client.get(NOTICE).content.decode()
    assert "No dates are set yet" in said
    assert "days left" not in said  # none of them runs
    Draft.objects.filter(pk="town").update(first=FIRST.replace(day=9))
    said = client.get(NOTICE).content.decode()
    assert "No dates are set yet" not in said
    assert "9 March 2026" in said


@on_sqlite
@pytest.mark.parametrize("code", COUNTRIES)
def test_a_draft_of_every_country_can_be_previewed_before_its_dates_are_set(
    config: Config, clock: object, judged: Any, code: str
) -> None:
    made = begin_draft("town", code, country(code).rules[0].id, by="Li")
    use_plan(made, PLAN, judged=judged)
    page = browser_of(a_member("Li", "planner")).get(NOTICE)
    assert page.status_code == 200
    assert "No dates are set yet" in page.content.decode()


@on_sqlite
def test_a_print_of_a_draft_says_that_it_is_one(draft: Draft) -> None:
    from blockplan.portal.office.preview import as_if_open
    from blockplan.portal.pages.prints import facts_of

    row = as_if_open(Draft.objects.select_related("version", "notice").get(pk="town"))
    version = row.draft_plan
    assert isinstance(version, PlanVersion)
    assert facts_of(row, version, "en").title.startswith("[Preview, not public]")
    assert facts_of(row, version, "zh").title.startswith("【预览，尚未公示】")


@pytest.mark.parametrize(
    ("packs", "law"),
    [
        (("jp", "plan"), "JP"),
        (("green-access", "de"), "DE"),
        (("zone",), "CN"),
        (("england", "sdg11"), None),
        ((), None),
    ],
)
def test_a_plan_is_of_the_country_whose_law_judges_it(packs: tuple[str, ...], law: str | None) -> None:
    assert law_of_packs(Plan(a_manifest(packs=packs), {})) == law


@pytest.mark.long
def test_a_draft_begins_with_the_law_of_notice_of_the_plans_packs(
    config: Config, drawn: Plan, judged: Any
) -> None:
    manifest = drawn.manifest.model_copy(update={"packs": ("jp",)})
    put_at_hand(Plan(manifest, drawn.layers, tidied_already=drawn.layers), judged, config)
    draft = Draft.objects.get(pk="cjicdz")
    assert (draft.country, draft.rule) == ("JP", country("JP").rules[0].id)


@pytest.mark.long
def test_a_plan_at_hand_is_one_draft_and_its_link_opens_it_for_reading_alone(
    config: Config, clock: Any, drawn: Plan, judged: Any
) -> None:
    found = put_at_hand(drawn, judged, config)
    assert (found.notice, found.outcome) == ("cjicdz", "begun")
    assert Notice.objects.get(id="cjicdz").state == "draft"
    assert list(Audit.objects.values_list("who", flat=True).distinct()) == ["blockplan serve"]

    reader = browser_of()
    assert reader.get("/en/notices/cjicdz/").status_code == 404
    came = reader.get(found.address.removeprefix(config.address), follow=True)
    assert came.status_code == 200
    said = came.content.decode()
    assert "Preview: not public yet" in said
    assert "Demo – invented data" in said
    assert "Back to the draft" not in said  # that is for staff
    assert reader.get("/en/notices/cjicdz/plan/parcels/RD-01-01-012/my-parcel/").status_code == 200
    assert reader.get("/en/office/").status_code == 302
    clock.on(hours=23)
    late = browser_of()
    assert late.get(found.address.removeprefix(config.address), follow=True).status_code == 200
    clock.on(hours=2)
    # The day is that of the link, whenever somebody follows it.
    assert [one.get("/en/notices/cjicdz/").status_code for one in (reader, late)] == [404, 404]
    assert browser_of().get(found.address.removeprefix(config.address)).status_code == 404
    assert browser_of().get(f"/en/office/reading/{'x' * 43}/").status_code == 404

    again = put_at_hand(drawn, judged, config)
    assert (again.notice, again.outcome) == ("cjicdz", "there")
    assert PlanVersion.objects.count() == 1


@pytest.mark.long
def test_a_changed_plan_becomes_the_plan_of_its_draft_and_ends_the_release(
    config: Config, clock: object, drawn: Plan, judged: Any, tmp_path: Path
) -> None:
    package = tmp_path / "plan"
    shutil.copytree(PLAN, package)
    put_at_hand(drawn, judged, config)
    Draft.objects.update(signed={"of": "x"})
    manifest = package / "plan.toml"
    manifest.write_text(manifest.read_text().replace("horizon = 2035", "horizon = 2036"))
    changed = read(package)
    assert changed.content_hash != drawn.content_hash
    frozen = FrozenPlan.of(changed)
    found = put_at_hand(changed, (frozen, check(frozen.plan)), config)
    assert (found.notice, found.outcome) == ("cjicdz", "changed")
    draft = Draft.objects.select_related("version").get()
    assert draft.version is not None
    assert draft.version.content_hash == frozen.plan.content_hash
    assert draft.signed == {}
    assert PlanVersion.objects.count() == 1
    # What is kept is a copy: the folder may be changed or go.
    shutil.rmtree(package)
    assert read(draft.version.package).content_hash == frozen.plan.content_hash
    assert read(draft.version.source).content_hash == changed.content_hash


@pytest.mark.long
def test_what_is_on_notice_stays_and_a_changed_plan_is_a_draft_beside_it(
    config: Config, clock: object, drawn: Plan, judged: Any, shown: object
) -> None:
    Notice.objects.create(id="cjicdz", state="on_notice", opened={"plan": {}})
    PlanVersion.objects.filter(notice_id="town").update(notice_id="cjicdz")
    assert put_at_hand(drawn, judged, config).outcome == "open"
    version = PlanVersion.objects.get()
    PlanVersion.objects.update(document=version.document | {"drawn": "another"})
    beside = put_at_hand(drawn, judged, config)
    assert (beside.notice, beside.outcome) == ("cjicdz-2", "begun")


@pytest.mark.long
def test_a_notice_that_begins_anew_is_seen_by_who_asks_as_it_will_be_and_by_others_as_it_runs(
    shown: DatabaseStore, clock: HandClock
) -> None:
    submit(shown, Submission(text="More trees."))
    clock.on(days=3)
    draft_anew("town", "another height", by="Li")
    office, public = browser_of(a_member("Li", "planner")), browser_of()
    runs = "until 31 March 2026"
    assert runs in office.get(NOTICE).content.decode()
    assert "Preview" not in office.get(NOTICE).content.decode()

    Draft.objects.filter(pk="town").update(first=FIRST.replace(day=9))
    asked = office.get("/en/office/notices/town/draft/preview/", follow=True)
    said = asked.content.decode()
    assert "This is how the notice will begin anew" in said
    assert "until 7 April 2026" in said  # thirty days from the ninth
    assert runs not in said
    assert "Opinions (1)" in said  # those of the rounds before stay
    assert asked.headers["Cache-Control"] == "private, no-store"
    assert office.post(f"{NOTICE}opinion/", {"do": "send", "text": "Trees."}).status_code == 409
    assert "More trees." in office.get(f"{NOTICE}opinions/").content.decode()

    plain = public.get(NOTICE)
    assert runs in plain.content.decode()
    assert "Preview" not in plain.content.decode()
    assert "Cookie" not in plain.headers.get("Vary", "")
    assert public.get("/en/office/notices/town/draft/preview/").status_code == 302
    assert runs in public.get(NOTICE).content.decode()

    again = office.get("/en/office/notices/town/draft/preview/end/", follow=True)
    assert runs in again.content.decode()
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert Notice.objects.get().state == "on_notice"


@pytest.mark.long
def test_a_reader_who_lost_the_role_sees_no_draft_any_more(shown: DatabaseStore) -> None:
    draft_anew("town", "another height", by="Li")
    member = a_member("Li", "planner")
    office = browser_of(member)
    office.get("/en/office/notices/town/draft/preview/")
    assert "Preview" in office.get(NOTICE).content.decode()
    Grant.objects.filter(staff=member).delete()
    assert "Preview" not in office.get(NOTICE).content.decode()


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "law"),
    [
        ("zh", "《中华人民共和国城乡规划法》第二十六条"),
        ("en", "Urban and Rural Planning Law of the People&#x27;s Republic of China, art. 26"),
        ("ja", "中華人民共和国都市農村計画法 第 26 条"),
    ],
)
def test_a_draft_cites_its_law_as_readers_of_the_language_do(draft: Draft, lang: str, law: str) -> None:
    client = browser_of(a_member("Li", "planner"))
    said = client.get(f"/{lang}/office/notices/town/draft/").content.decode()
    assert law in said
    chosen = client.get(f"/{lang}/office/notices/new/").content.decode()
    assert "cn-art26" in chosen
    assert "art. 26" not in chosen
