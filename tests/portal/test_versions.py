"""Every edit names what its page showed: where something else stands by now, both texts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.office_pages import ANSWERS, HERE, a_package, as_shown, drafted, faults, told
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.office.models import Draft, Grant, Pending
from blockplan.portal.record.models import Opinion

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

WHY = {"reason": "no ground any more", "sure": "on"}


def withheld(store: DatabaseStore, ground: str = "a name in it") -> None:
    said = {"opinion": "O-1", "ground": ground, "by": "Chen", "second": "Zhao"}
    store.append("withheld", said)


@pytest.mark.long
@pytest.mark.parametrize("act", ["restore", "withhold", "take-back", "redact", "erase"])
def test_an_act_on_an_opinion_names_what_was_entered_about_it(
    opened: DatabaseStore, planner: Client, act: str
) -> None:
    send(opened, "More trees.")
    withheld(opened)
    path = f"{HERE}opinions/O-1/{act}/"
    said: dict[str, Any] = WHY | {"ground": "privacy", "text": "Trees."}
    saw = as_shown(planner, path, said)
    withheld(opened, "an address in it")
    refused = planner.post(path, said | saw)
    assert "an address in it" in faults(refused), "what stands now"
    page = refused.content.decode()
    assert ("no ground any more" in page) or ("privacy" in page), "what was written is still there"
    assert (Pending.objects.count(), Opinion.objects.get().standing) == (0, "withheld")
    assert "changed this after" in faults(planner.post(path, said)), "a form that names nothing"
    told(planner, path, said)


def test_words_are_shown_again_by_two_persons_as_they_were_taken_away(
    opened: DatabaseStore, planner: Client, approver: Client, tmp_path: Path
) -> None:
    send(opened, "More trees.")
    withheld(opened)
    told(planner, HERE + "opinions/O-1/restore/", WHY)
    assert Opinion.objects.get().standing == "withheld"
    path = f"{HERE}waiting/{Pending.objects.get().pk}/"
    assert planner.post(path, {"confirm": "1"}).status_code == 403
    assert "no ground any more" in approver.get(path).content.decode()
    assert approver.post(path, {"confirm": "1"}).status_code == 302
    assert Opinion.objects.get().standing == "whole"
    event = list(opened.events({"restored"}))[-1]
    assert (event.payload["by"], event.payload["second"]) == ("Li", "Wang")
    export(opened, tmp_path / "record", opened.notary)
    assert verify(tmp_path / "record").findings == []


@pytest.mark.long
def test_two_planners_do_not_exchange_each_others_plan_or_answers(
    config: Config, clock: HandClock, planner: Client
) -> None:
    other = browser_of(a_member("Zhao", "planner"))
    drafted(planner)
    plan, release = HERE + "draft/plan/", HERE + "draft/release/"
    saw = as_shown(planner, plan, {})
    told(other, plan, {"package": a_package()})
    version = Draft.objects.get().version_id
    refused = planner.post(plan, saw | {"package": a_package()})
    stands = Draft.objects.get().version
    assert stands is not None
    assert stands.content_hash[:16] in faults(refused), "the plan that stands now"
    assert Draft.objects.get().version_id == version
    told(planner, plan, {"package": a_package()})
    saw = as_shown(planner, release, ANSWERS)
    told(other, release, ANSWERS | {"secrecy_mark": "none, says Zhao"})
    refused = planner.post(release, ANSWERS | {"secrecy_mark": "none, says Li"} | saw)
    assert "none, says Zhao" in faults(refused)
    assert "none, says Li" in refused.content.decode()
    assert Draft.objects.get().release["by"] == "Zhao"
    told(planner, release, ANSWERS)
    assert Draft.objects.get().release["by"] == "Li"


def test_roles_are_given_and_taken_by_whoever_saw_those_that_stand(config: Config) -> None:
    admin, other = (browser_of(a_member(name, "admin")) for name in ("Zhou", "Wu"))
    staff = a_member("Li", "clerk")
    path = f"/en/office/staff/{staff.pk}/"
    saw = as_shown(admin, path, {})
    told(other, path, {"role": "planner", "notice": ""})
    for said in ({"role": "approver", "notice": ""}, {"close": "1"}):
        refused = admin.post(path, said | saw)
        assert refused.status_code == 400
        assert "Clerk, Planner; the account is open" in faults(refused)
    assert set(Grant.objects.filter(staff=staff).values_list("role", flat=True)) == {"clerk", "planner"}
    told(admin, path, {"role": "approver", "notice": ""})


def test_the_page_of_an_erased_opinion_offers_nothing_that_would_be_refused(
    opened: DatabaseStore, planner: Client
) -> None:
    send(opened, "More trees.")
    assert "More trees." in planner.get(HERE + "opinions/O-1/erase/").content.decode(), "what would go"
    told(planner, HERE + "opinions/O-1/erase/", {"ground": "asked for", "sure": "on"})
    page = planner.get(HERE + "opinions/O-1/").content.decode()
    assert "asked for" in page
    assert "&quot;parts&quot;" not in page, "nobody reads JSON there"
    for act in ("redact", "withhold", "take-back", "transcribe", "erase", "restore"):
        assert f"/opinions/O-1/{act}/" not in page
