"""Sign-in by OpenID Connect, against a real provider: who comes in, and what is not believed."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.cache import cache
from tests.portal.identity_service import PASSWORD, IdentityService
from tests.support.browser import AXE, Service, faults_of
from tests.support.office_words import outside
from tests.support.staff import a_member, add_factor, browser_of, code_of

from blockplan.errors import UsageError
from blockplan.portal import config as settings_of
from blockplan.portal.office.models import Audit, Expected, Staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

BEGIN, BACK = "/office/openid/office/", "/office/openid/office/back/"


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityService]:
    service = IdentityService(tmp_path_factory.mktemp("identities"))
    service.lead_back_to("http://localhost:8000" + BACK)
    yield service
    service.stop()


@pytest.fixture
def openid(
    identities: IdentityService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[IdentityService]:
    """The office with the settings block of the docs, before this process has read it."""
    data = tmp_path / "data"
    for folder in (data, data / "keys", data / "files"):
        folder.mkdir(parents=True)
    (data / "blockplan.toml").write_text(identities.settings())
    monkeypatch.setenv("BLOCKPLAN_DATA", str(data))
    settings_of.config_of_environment.cache_clear()
    apps = [settings_of.config_of_environment().openid_app()]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
    cache.clear()
    identities.bend("")
    yield identities
    settings_of.config_of_environment.cache_clear()


def begin(client: Client, lang: str = "en", **more: str) -> str:
    """Where the button of the sign-in page leads."""
    sent = client.post(BEGIN, {"next": f"/{lang}/office/"} | more)
    assert sent.status_code == 302, sent.content.decode()
    return sent.headers["Location"]


def come_back(client: Client, identities: IdentityService, login: str, lang: str = "en") -> Any:
    """The whole way there and back."""
    back = urlsplit(identities.sign_in(begin(client, lang), login))
    assert back.path == BACK
    return client.get(f"{back.path}?{back.query}", follow=True)


def named(mail: str, *roles: str) -> None:
    """An administrator names somebody by mail address, on the page for it."""
    admin = browser_of(a_member("Zhou", "admin"))
    said = {"name": "Li Ming", "mail": mail, "roles": list(roles), "notice": ""}
    assert admin.post("/en/office/staff/", said).status_code == 302


@pytest.mark.long
def test_whom_an_administrator_named_by_mail_comes_in_and_is_known_from_then_on(
    openid: IdentityService,
) -> None:
    named("Li@Example.org", "clerk")
    client = browser_of()
    inside = come_back(client, openid, "li", "ja")
    assert inside.redirect_chain[-1][0] == "/ja/office/"
    assert "ログアウト" in inside.content.decode()
    assert not Expected.objects.exists()
    kept = SocialAccount.objects.get()
    assert (kept.user.staff.name, kept.extra_data, kept.user.email) == ("Li Ming", {}, "")
    assert len(kept.uid) == 64
    client.post("/ja/office/sign-out/")
    assert client.get("/ja/office/").status_code == 302
    again = browser_of()
    assert come_back(again, openid, "li").redirect_chain[-1][0] == "/en/office/"
    assert Staff.objects.count() == 2
    said = set(Audit.objects.values_list("what", flat=True))
    assert {"identity_expected", "identity_connected", "signed_in", "signed_out"} <= said


def test_who_came_by_the_service_is_offered_to_end_its_session_too(
    openid: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    named("li@example.org", "clerk")
    client = browser_of()
    come_back(client, openid, "li")
    assert "whose own session goes on" in client.get("/en/office/sign-out/").content.decode()
    said = client.post("/en/office/sign-out/", follow=True)
    assert said.redirect_chain[-1][0] == "/en/office/signed-out/"
    page = said.content.decode()
    assert "At Town accounts you are still signed in" in page
    to = html.unescape(re.search(r'href="(http[^"]+)" rel="noreferrer"', page)[1])  # type: ignore[index]
    assert to.startswith(f"{openid.server}/identity/o/logout?")
    assert parse_qs(urlsplit(to).query) == {
        "client_id": ["blockplan"], "post_logout_redirect_uri": ["http://localhost:8000/"],
    }  # fmt: skip
    assert client.get("/en/office/").status_code == 302
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    assert outside(client.get("/zh/office/signed-out/").content.decode()) == []


@pytest.mark.long
@pytest.mark.parametrize("said", [None, "http://id.example.org/out", "javascript:alert(1)", 7])
def test_a_service_that_ends_no_session_from_here_is_named_as_such(
    openid: IdentityService, settings: Any, said: Any
) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    more = {"openid_configuration_overrides": {"end_session_endpoint": said}}
    moved = app | {"settings": app["settings"] | more}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [moved]}}
    named("li@example.org", "clerk")
    client = browser_of()
    come_back(client, openid, "li")
    page = client.post("/en/office/sign-out/", follow=True).content.decode()
    assert "please sign out there yourself" in page
    assert "noreferrer" not in page


def test_who_came_by_password_is_told_nothing_of_the_service(openid: IdentityService) -> None:
    client = browser_of(a_member("Wang", "clerk"))
    assert "identity service" not in client.get("/en/office/sign-out/").content.decode()
    assert client.post("/en/office/sign-out/").headers["Location"] == "/en/"
    assert client.get("/en/office/signed-out/").headers["Location"] == "/en/"


@pytest.mark.parametrize("login", ["stranger", "unsure"])
def test_strangers_and_unverified_addresses_get_one_answer_and_no_account(
    openid: IdentityService, login: str
) -> None:
    named("li@example.org", "clerk")
    before = get_user_model().objects.count()
    answer = come_back(browser_of(), openid, login)
    assert answer.status_code == 403
    assert "no account here is yours" in answer.content.decode()
    assert get_user_model().objects.count() == before
    assert Expected.objects.count() == 1
    assert not SocialAccount.objects.exists()


@pytest.mark.long
@pytest.mark.parametrize(
    "how", ["nonce", "no nonce", "audience", "audiences", "issuer", "over", "person", "key"]
)
def test_a_token_that_is_not_right_in_any_way_lets_nobody_in(openid: IdentityService, how: str) -> None:
    named("li@example.org", "clerk")
    openid.bend(how)
    client = browser_of()
    answer = come_back(client, openid, "li")
    assert answer.status_code == 403
    assert "You are not signed in" in answer.content.decode()
    assert client.get("/en/office/").status_code == 302
    assert Audit.objects.filter(what="identity_failed").count() == 1
    assert Expected.objects.count() == 1


def test_an_answer_without_its_session_or_given_twice_lets_nobody_in(openid: IdentityService) -> None:
    named("li@example.org", "clerk")
    mine, other = browser_of(), browser_of()
    back = urlsplit(openid.sign_in(begin(mine), "li"))
    address = f"{back.path}?{back.query}"
    begin(other)
    assert other.get(address).status_code == 403  # a victim who is sent somebody else's answer
    assert other.get("/en/office/").status_code == 302
    assert mine.get(re.sub("state=[^&]+", "state=guessed", address)).status_code == 403
    assert mine.get(address).status_code == 302
    assert mine.get(address).status_code == 403
    assert not Audit.objects.filter(what="identity_failed", about="").exists()


def test_who_turns_back_at_the_service_is_told_so_and_a_link_cannot_ask_for_more(
    openid: IdentityService,
) -> None:
    client = browser_of()
    to = parse_qs(urlsplit(begin(client)).query)
    assert {"code_challenge", "nonce", "state"} <= set(to)
    assert set(to["scope"][0].split()) == {"openid", "profile", "email"}
    answer = client.get(f"{BACK}?error=access_denied&state={to['state'][0]}", follow=True)
    assert (answer.status_code, "You are not signed in" in answer.content.decode()) == (200, True)
    more = client.post(f"{BEGIN}?scope=everything&auth_params=prompt%3Dnone", {"next": "/en/office/"})
    assert "everything" not in more.headers["Location"]
    assert "prompt" not in more.headers["Location"]


@pytest.mark.long
def test_our_second_factor_is_asked_for_after_the_service_as_after_a_password(
    openid: IdentityService,
) -> None:
    named("li@example.org", "planner")
    first = come_back(browser_of(), openid, "li")
    assert first.redirect_chain[-1][0].startswith("/en/office/account/factor/")
    secret = add_factor(get_user_model().objects.get(staff__name="Li Ming"))
    client = browser_of()
    asked = come_back(client, openid, "li", "zh")
    assert asked.redirect_chain[-1][0] == "/zh/office/sign-in/code/"
    assert client.get("/zh/office/").status_code == 302
    inside = client.post("/zh/office/sign-in/code/", {"code": code_of(secret)}, follow=True)
    assert "退出" in inside.content.decode()


@pytest.mark.long
def test_an_account_with_a_password_is_connected_by_its_owner_or_by_mail_and_cut_by_an_administrator(
    openid: IdentityService,
) -> None:
    clerk, other = a_member("Wang", "clerk"), a_member("Chen", "clerk")
    client = browser_of(clerk)
    client.session.save()
    assert b"Connect with Town accounts" in client.get("/en/office/account/").content
    back = urlsplit(openid.sign_in(begin(client, process="connect"), "wang"))
    client.get(f"{back.path}?{back.query}")
    assert SocialAccount.objects.get().user == clerk.user
    second = browser_of(other)
    back = urlsplit(openid.sign_in(begin(second, process="connect"), "wang"))
    assert "another account" in second.get(f"{back.path}?{back.query}").content.decode()
    admin = browser_of(a_member("Zhou", "admin"))
    page = f"/en/office/staff/{clerk.pk}/"
    assert b"connected already" in admin.post(page, {"mail": "wang@example.org"}).content
    assert admin.post(page, {"cut": "1"}).status_code == 302
    assert not SocialAccount.objects.exists()
    assert come_back(browser_of(), openid, "wang").status_code == 403
    assert admin.post(page, {"mail": "wang@example.org"}).status_code == 302
    taken = admin.post(f"/en/office/staff/{other.pk}/", {"mail": "WANG@example.org"})
    assert (taken.status_code, b"named for somebody else" in taken.content) == (400, True)
    assert come_back(browser_of(), openid, "wang").status_code == 200


def test_a_closed_account_stays_shut_and_one_without_a_password_cannot_be_guessed(
    openid: IdentityService,
) -> None:
    named("li@example.org", "clerk")
    client = browser_of()
    come_back(client, openid, "li")
    assert client.get("/en/office/account/password/").headers["Location"] == "/en/office/account/"
    user = get_user_model().objects.get(staff__name="Li Ming")
    refused = browser_of().post("/en/office/sign-in/", {"login": user.username, "password": PASSWORD})
    assert "not right" in refused.content.decode()
    user.is_active = False
    user.save()
    assert come_back(browser_of(), openid, "li").redirect_chain[-1][0] == "/en/office/closed/"


def test_a_service_that_is_away_or_calls_itself_otherwise_is_a_page_and_no_fault(
    openid: IdentityService, settings: Any
) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    for server in ("http://localhost:1", f"http://127.0.0.1:{openid.port}"):
        moved = app | {"settings": app["settings"] | {"server_url": server}}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [moved]}}
        assert browser_of().post(BEGIN).status_code == 403


def test_a_service_in_the_open_is_refused_by_the_settings(tmp_path: Path) -> None:
    said = '[openid]\nserver = "http://id.example.org"\nclient_id = "a"\nsecret = "b"\n'
    (tmp_path / "blockplan.toml").write_text(said)
    with pytest.raises(UsageError, match=r"openid\.server is http://id\.example\.org"):
        settings_of.read_config({}, data=str(tmp_path))


@pytest.mark.long
def test_without_the_settings_there_is_no_door(config: object) -> None:
    assert browser_of().get(BEGIN).status_code == browser_of().get(BACK).status_code == 404
    assert b"openid" not in browser_of().get("/en/office/sign-in/").content


@pytest.mark.browser
def test_a_browser_goes_to_the_service_and_comes_back(
    identities: IdentityService, chromium: Any, tmp_path: Path
) -> None:
    identities.bend("")
    data = tmp_path / "data"
    data.mkdir()
    (data / "blockplan.toml").write_text(identities.settings())
    service = Service(data, demo=False)
    identities.lead_back_to(service.url(BACK))
    try:
        _by_browser(service, chromium)
    finally:
        service.stop()
        identities.lead_back_to("http://localhost:8000" + BACK)


def _by_browser(service: Service, chromium: Any) -> None:
    link = re.search(r"http\S+/join/\S+", service.log())
    assert link is not None
    with service.tab(chromium, locale="ja-JP") as tab:
        tab.goto(link[0])
        for name, text in {
            "name": "Zhou",
            "login": "zhou",
            "password1": PASSWORD * 2,
            "password2": PASSWORD * 2,
        }.items():
            tab.fill(f'[name="{name}"]', text)
        tab.get_by_role("button", name="アカウントの作成").click()
        tab.fill('[name="login"]', "zhou")
        tab.fill('[name="password"]', PASSWORD * 2)
        tab.get_by_role("button", name="ログイン", exact=True).click()
        tab.fill('[name="code"]', code_of(tab.inner_text("code.secret")))
        tab.get_by_role("button", name="続ける").click()
        tab.goto(service.url("/zh/office/staff/"))
        tab.fill("#named_name", "Li Ming")
        tab.fill("#named_mail", "li@example.org")
        tab.check('#named_roles input[value="clerk"]')
        tab.get_by_role("button", name="登记邮箱").click()
        tab.wait_for_selector("text=Li Ming")
    # Not a tab of ours: the identity service has no icon, and the browser complains of that.
    context = chromium.new_context(locale="en")
    tab = context.new_page()
    tab.goto(service.url("/zh/office/sign-in/"))
    tab.get_by_role("button", name="用Town accounts登录").click()
    tab.fill('[name="login"]', "li")
    tab.fill('[name="password"]', PASSWORD)
    tab.locator('button[type="submit"]').first.click()
    tab.get_by_role("button", name="Authorize").click()
    tab.wait_for_url(service.url("/zh/office/"))
    assert "公示" in tab.inner_text("main")
    tab.get_by_role("button", name="退出").click()
    tab.wait_for_url(service.url("/zh/office/signed-out/"))
    assert not AXE.exists() or faults_of(tab) == []
    tab.get_by_role("link", name="在Town accounts也退出").click()
    tab.locator('button[value="logout"]').click()
    tab.wait_for_url(service.url("/en/"))
    # Neither here nor there is anybody signed in any more.
    tab.goto(service.url("/zh/office/"))
    assert "sign-in" in tab.url
    tab.get_by_role("button", name="用Town accounts登录").click()
    assert tab.locator('[name="password"]').is_visible()
    context.close()
