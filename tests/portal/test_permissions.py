"""Who may use which address: asked of every address that the service has, for each kind of person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.support.office_addresses import address, addresses, of_office, world
from tests.support.staff import a_member, browser_of

from blockplan.portal.office.models import ROLES, Pending
from blockplan.portal.office.permissions import OF_NOTICES, Permission
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import begin

__all__ = ["world"]


#: Apps whose every page is for everybody; they never show a notice that is not open.
PUBLIC = tuple(f"blockplan.portal.{app}." for app in ("pages", "submissions", "mail", "api"))


PAGES = [one for one in of_office() if isinstance(getattr(one.callback, "permission", None), Permission)]


@pytest.mark.no_database
def test_every_address_says_who_may_use_it() -> None:
    for path, one in addresses():
        view = one.callback
        declared = getattr(view, "permission", None) is not None
        # What ninja makes of the API is its own; every address of it is in one folder.
        public = path.startswith("api/") or view.__module__.startswith(PUBLIC)
        assert declared or public, f"{path} says nothing of who may use it"
        assert declared == ("office/" in path), f"{path}: only pages of the office ask who somebody is"


@pytest.mark.no_database
def test_who_only_looks_never_acts_and_who_gives_roles_has_no_hand_in_notices() -> None:
    for one in PAGES:
        permission = one.callback.permission  # type: ignore[attr-defined]
        assert "auditor" not in permission.act, one.name
        if "notice" in one.pattern.converters:
            assert "admin" not in permission.read, one.name
        assert permission.read >= permission.act
    by_name = {one.name: one.callback.permission for one in PAGES}  # type: ignore[attr-defined]
    assert by_name["office_archive"].read == {"auditor"}
    assert by_name["office_staff"].act == {"admin"}


@pytest.mark.long
@pytest.mark.parametrize("role", [None, *ROLES])
def test_each_role_reads_and_sends_what_its_addresses_allow(world: dict[str, Any], role: str | None) -> None:
    client = browser_of(a_member("Li", *([role] if role else [])))
    held = {role} if role else set()
    for one in PAGES:
        permission = one.callback.permission  # type: ignore[attr-defined]
        path = address(one, world)
        hidden = 404 if "notice" in one.pattern.converters and not held & set(OF_NOTICES) else 403
        response = client.get(path)
        response.close()
        read = response.status_code
        assert read in ({200, 302, 404} if held & permission.read else {hidden}), (one.name, role, read)
        sent = client.post(path, {}).status_code
        if held & permission.act:
            assert sent in {200, 302, 400, 403, 404}, (one.name, role, sent)
        else:
            assert sent in {hidden, 405}, (one.name, role, sent)


def test_without_signing_in_every_page_leads_to_the_door_and_sends_nothing(world: dict[str, Any]) -> None:
    client = browser_of()
    for one in of_office():
        if one.callback.permission == "anybody":  # type: ignore[attr-defined]
            continue
        path = address(one, world)
        for response in (client.get(path), client.post(path, {})):
            assert response.status_code == 302, one.name
            assert response.headers["Location"].startswith("/en/office/sign-in/"), one.name


def test_a_role_for_one_notice_says_nothing_of_another_or_of_one_that_is_not_there(
    world: dict[str, Any],
) -> None:
    Notice.objects.create(id="other")
    clerk = browser_of(a_member("Li", "clerk", "planner", "approver", "auditor", notice="other"))
    assert "town" not in clerk.get("/en/office/").content.decode()
    for one in PAGES:
        if "notice" in one.pattern.converters:
            there, nowhere = address(one, world), address(one, world | {"notice": "nowhere"})
            answers = [clerk.get(path) for path in (there, nowhere)]
            assert [one.status_code for one in answers] == [404, 404], one.name
            texts = [answer.content.decode().replace("nowhere", "town") for answer in answers]
            assert texts[0] == texts[1], one.name


def test_objects_of_another_notice_are_not_there(world: dict[str, Any]) -> None:
    begin("other")
    clerk = browser_of(a_member("Li", "clerk", "planner", "approver", notice="other"))
    wait = f"/en/office/notices/other/waiting/{world['pending']}/"
    assert clerk.get(wait).status_code == 404
    assert clerk.post(wait, {"confirm": "1"}).status_code == 404
    assert clerk.get("/en/office/notices/other/opinions/O-1/").status_code == 404
    assert clerk.get("/en/office/notices/other/files/1/0/").status_code == 404


@pytest.mark.long
def test_no_form_is_taken_that_did_not_come_from_our_page(world: dict[str, Any]) -> None:
    staff = a_member("Li", *ROLES)
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff.user)
    for one in of_office():
        permission = one.callback.permission  # type: ignore[attr-defined]
        if isinstance(permission, str) or permission.act:
            refused = client.post(address(one, world), {"sure": "on"})
            assert refused.status_code == 403, one.name
    assert Pending.objects.filter(outcome="").count() == 1


def test_public_addresses_set_no_cookie_and_show_no_draft(config: object) -> None:
    Notice.objects.create(id="secret-draft")
    client = browser_of()
    for path, one in addresses():
        names = set(one.pattern.converters) | ({"lang"} if "lang" in path else set())
        if (
            "office/" in path
            or not names <= {"lang", "notice", "name"}
            or "<" in str(one.pattern).replace("notice>", "").replace("<slug:", "")
        ):
            continue
        url = "/" + path.replace("<lang:lang>", "en").replace("<slug:notice>", "secret-draft")
        if "<" in url:
            continue
        response = client.get(url)
        assert not response.cookies, path
        if "secret-draft" in url:
            assert response.status_code in {404, 405}, path
        else:
            body = b"" if response.streaming else response.content
            assert b"secret-draft" not in body, path


@pytest.mark.long
def test_pages_of_the_office_are_not_kept_by_anybody(world: dict[str, Any]) -> None:
    client = browser_of(a_member("Li", *ROLES))
    for one in PAGES:
        response = client.get(address(one, world))
        response.close()
        kept = response.headers.get("Cache-Control", "")
        assert response.status_code == 404 or "no-store" in kept or "private" in kept, one.name
