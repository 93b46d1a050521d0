"""Accounts of the staff: by link alone, with a second factor, nothing to be guessed."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from tests.support.office_pages import as_shown, told
from tests.support.staff import PASSWORD, a_member, add_factor, browser_of, code_of

from blockplan.portal.office.links import find_link, join, make_link, needs_setup
from blockplan.portal.office.models import Audit, Draft, Grant, Link, Staff
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice
from blockplan.portal.serve import setup_link

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

SIGN_IN = "/en/office/sign-in/"


@pytest.fixture(autouse=True)
def _no_limits_left_over(config: Config) -> None:
    cache.clear()


def fields(name: str = "Li Ming", login: str = "li", password: str = PASSWORD) -> dict[str, str]:
    return {"name": name, "login": login, "password1": password, "password2": password}


def with_password(name: str, *roles: str, **more: Any) -> Staff:
    staff = a_member(name, *roles, **more)
    staff.user.set_password(PASSWORD)
    staff.user.save()
    return staff


@pytest.mark.long
def test_an_empty_service_gives_a_link_that_makes_one_administrator_and_no_second(config: Config) -> None:
    link = setup_link(config)
    assert link is not None
    path = link.removeprefix(config.address)
    secret = path.rstrip("/").rpartition("/")[2]
    assert not Link.objects.filter(digest__contains=secret).exists()
    client = browser_of()
    path = client.get(path, HTTP_ACCEPT_LANGUAGE="ja").headers["Location"]
    assert path.startswith("/ja/office/join/")
    assert "管理者" in client.get(path).content.decode()
    assert client.post(path, fields()).status_code == 302
    assert Grant.objects.get().role == "admin"
    assert client.get(path).status_code == 404
    assert client.post(path, fields("Wang", "wang")).status_code == 404
    assert setup_link(config) is None
    assert setup_link(config, again=True) is not None


def test_a_newer_setup_link_ends_the_older_and_each_ends_after_a_day(
    config: Config, clock: HandClock
) -> None:
    first, second = make_link("setup", ["admin"]), make_link("setup", ["admin"])
    assert find_link(first) is None
    assert find_link(second) is not None
    clock.on(hours=25)
    assert find_link(second) is None
    assert browser_of().get(f"/en/office/join/{second}/").status_code == 404


def test_names_in_records_are_told_apart_and_a_weak_password_is_refused_in_our_words(config: Config) -> None:
    join(make_link("setup", ["admin"]), name="Li Ming", login="li", password=PASSWORD)
    path = f"/en/office/join/{make_link('invitation', ['clerk'])}/"
    taken = browser_of().post(path, fields("LI MING", "other"))
    assert taken.status_code == 400
    assert "told apart" in taken.content.decode()
    weak = browser_of().post(path, fields("Wang", "wang", "password1234"))
    assert "Too many people" in weak.content.decode()
    assert Staff.objects.count() == 1


def test_signing_in_takes_the_second_factor_of_whoever_has_one(config: Config) -> None:
    staff = with_password("Li", "approver", factor=False)
    secret = add_factor(staff.user)
    client = browser_of()
    asked = client.post(SIGN_IN, {"login": "li", "password": PASSWORD}, follow=True)
    assert asked.redirect_chain[-1][0] == "/en/office/sign-in/code/"
    assert client.get("/en/office/").status_code == 302
    assert "not right" in client.post("/en/office/sign-in/code/", {"code": "000000"}).content.decode()
    inside = client.post("/en/office/sign-in/code/", {"code": code_of(secret)}, follow=True)
    assert inside.status_code == 200
    assert "Sign out" in inside.content.decode()
    assert list(Audit.objects.order_by("id").values_list("what", flat=True)) == ["code_wrong", "signed_in"]


def test_who_publishes_has_no_page_before_a_second_factor_is_set_up(config: Config) -> None:
    client = browser_of()
    with_password("Li", "planner", factor=False)
    client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
    page = client.get("/en/office/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/en/office/account/factor/")
    key = page.content.decode().partition('class="secret">')[2].partition("<")[0]
    codes = client.post("/en/office/account/factor/", {"code": code_of(key)}, follow=True).content.decode()
    assert codes.count("<li><code>") == 10
    assert client.get("/en/office/").status_code == 200


def test_who_signed_in_long_ago_is_asked_for_the_password_before_something_that_matters(
    config: Config,
) -> None:
    client = browser_of()
    with_password("Li", "planner", factor=False)
    client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= 16 * 60
    session.save()
    again = client.get("/en/office/", follow=True).redirect_chain[-1][0]
    assert again.startswith("/en/office/account/again/")
    page = client.post(again, {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0].startswith("/en/office/account/factor/")


def test_the_setup_link_opens_in_the_language_of_the_settings(config: Config) -> None:
    link = setup_link(config.model_copy(update={"language": "zh"}))
    assert link is not None
    assert link.startswith("http://localhost:8000/zh/office/join/")


def test_secrets_of_second_factors_are_not_in_the_database_as_they_are(config: Config) -> None:
    from allauth.mfa.models import Authenticator

    secret = add_factor(a_member("Li", "clerk").user)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_an_unknown_login_and_a_wrong_password_get_one_answer_and_one_hash(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password("Li", "clerk")
    hashed: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counting(this: Any, password: str, salt: str) -> str:
        hashed.append("encode")
        return str(encode(this, password, salt))

    def counting_too(this: Any, password: str, encoded: str) -> bool:
        hashed.append("verify")
        return bool(verify(this, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counting)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counting_too)
    answers = []
    for login in ("li", "nobody"):
        hashed.clear()
        answer = browser_of().post(SIGN_IN, {"login": login, "password": "wrong"})
        text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        answers.append((answer.status_code, text.replace(f'value="{login}"', ""), len(hashed)))
    assert answers[0] == answers[1]
    assert "The login or the password is not right" in answers[0][1]


@pytest.mark.long
def test_guessing_is_slowed_down_for_one_login_and_for_one_address(config: Config) -> None:
    with_password("Li", "clerk")
    client = browser_of()
    for _ in range(10):
        client.post(SIGN_IN, {"login": "li", "password": "wrong"})
    refused = client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
    assert "Too many failed attempts" in refused.content.decode()
    for number in range(10):
        client.post(SIGN_IN, {"login": f"other-{number}", "password": "wrong"})
    assert "Too many" in client.post(SIGN_IN, {"login": "new", "password": "wrong"}).content.decode()


def test_a_new_password_ends_every_other_session(config: Config) -> None:
    with_password("Li", "clerk")
    one, other = browser_of(), browser_of()
    for client in (one, other):
        client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
        assert client.get("/en/office/").status_code == 200
    new = "another sentence, longer still"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert one.post("/en/office/account/password/", said).status_code == 302
    assert one.get("/en/office/").status_code == 200
    assert other.get("/en/office/").status_code == 302


def test_sessions_are_listed_and_the_others_can_be_ended(config: Config) -> None:
    with_password("Li", "clerk")
    one, other = browser_of(), browser_of()
    for client in (one, other):
        client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
    assert one.get("/en/office/account/sessions/").content.decode().count("<tr>") == 3
    one.post("/en/office/account/sessions/")
    assert other.get("/en/office/").status_code == 302
    assert one.get("/en/office/").status_code == 200


@pytest.mark.long
def test_an_administrator_gives_takes_and_closes_and_everything_is_noted(config: Config) -> None:
    admin = browser_of(a_member("Zhou", "admin"))
    staff = a_member("Li", "clerk")
    path = f"/en/office/staff/{staff.pk}/"
    told(admin, path, {"role": "planner", "notice": ""})
    assert set(Grant.objects.filter(staff=staff).values_list("role", flat=True)) == {"clerk", "planner"}
    grant = Grant.objects.get(staff=staff, role="clerk")
    told(admin, path, {"take": "9" * 5000})
    told(admin, path, {"take": grant.pk})
    clerk = browser_of(staff)
    told(admin, path, {"close": "1"})
    assert clerk.get("/en/office/").status_code == 302
    said = list(Audit.objects.filter(who="Zhou").order_by("id").values_list("what", flat=True))
    assert said[-3:] == ["role_given", "role_taken", "account_closed"]
    assert b"closed an account" in admin.get("/en/office/acts/").content


def test_the_last_administrator_stays(config: Config) -> None:
    staff = a_member("Zhou", "admin")
    admin = browser_of(staff)
    path = f"/en/office/staff/{staff.pk}/"
    for said in ({"take": Grant.objects.get().pk}, {"close": "1"}):
        answer = admin.post(path, as_shown(admin, path, said) | said)
        assert answer.status_code == 400
        assert "One administrator must remain" in answer.content.decode()
    assert not needs_setup()


def test_an_invitation_is_shown_once_and_gives_the_roles_it_names(config: Config) -> None:
    admin = browser_of(a_member("Zhou", "admin"))
    said = {"roles": ["clerk", "planner"], "notice": "", "language": "zh"}
    page = admin.post("/en/office/staff/", said).content.decode()
    assert "/zh/office/join/" in page
    link = page.partition('class="secret">')[2].partition("<")[0]
    assert link not in admin.get("/en/office/staff/").content.decode()
    assert browser_of().post(link.removeprefix(config.address), fields()).status_code == 302
    roles = Grant.objects.filter(staff__name="Li Ming").values_list("role", flat=True)
    assert set(roles) == {"clerk", "planner"}


def test_what_a_role_may_do_is_read_where_it_is_given_and_where_it_is_taken_up(config: Config) -> None:
    admin = browser_of(a_member("Zhou", "admin"))
    li = a_member("Li", "planner")
    for lang, words in (
        ("en", "drafts notices, opens, lengthens and closes them, answers"),
        ("zh", "起草、开始、延长和结束公示，作出答复"), ("ja", "案件の準備・開始・延長・終了、回答"),
    ):  # fmt: skip
        join_page = browser_of().get(
            f"/{lang}/office/join/{make_link('invitation', ['planner'])}/", follow=True
        )
        for page in (
            admin.get(f"/{lang}/office/staff/"), admin.get(f"/{lang}/office/staff/{li.pk}/"), join_page
        ):  # fmt: skip
            assert f'<span class="does">{words}</span>' in page.content.decode()


def test_for_which_notice_is_chosen_by_title_in_the_language_of_the_page(opened: DatabaseStore) -> None:
    Notice.objects.create(id="empty", state="draft")
    of_draft = Notice.objects.create(id="next", state="draft")
    title = {"zh": "二期", "en": "Second stage"}
    package = PlanVersion.objects.create(notice=of_draft, document={"title": title})
    Draft.objects.create(notice=of_draft, country="CN", rule="cn-art26", version=package)
    admin = browser_of(a_member("Zhou", "admin"))
    member = a_member("Li", "clerk").pk
    for lang, said in {
        "zh": ["试点片区 · town", "二期 · next"], "en": ["A made-up quarter · town", "Second stage · next"],
        "ja": ["架空の街区 · town", "Second stage · next"],
    }.items():  # fmt: skip
        for path in ("staff/", f"staff/{member}/"):
            page = admin.get(f"/{lang}/office/{path}").content.decode()
            options = page.partition('<select name="notice"')[2].partition("</select>")[0]
            found = dict(re.findall(r'<option value="([^"]+)">([^<]*)<', options))
            assert found == {"town": said[0], "next": said[1], "empty": "empty"}


def test_nobody_signs_up_and_no_page_asks_for_a_mail_address(config: Config) -> None:
    for path in ("signup/", "sign-up/", "email/", "password/reset/", "account/email/"):
        assert browser_of().get(f"/en/office/{path}").status_code == 404
    assert get_user_model().objects.count() == 0


def test_an_old_session_ends_by_itself(config: Config) -> None:
    from django.conf import settings

    assert dt.timedelta(hours=8).total_seconds() >= settings.SESSION_COOKIE_AGE
    staff = with_password("Li", "clerk")
    client = browser_of()
    client.post(SIGN_IN, {"login": "li", "password": PASSWORD})
    cookie = client.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert staff.name.encode() in client.get("/en/office/account/").content


def test_an_administrator_without_other_roles_reads_what_to_do_and_who_sees_notices(config: Config) -> None:
    page = browser_of(a_member("Zhou", "admin")).get("/en/office/").content.decode()
    assert "no notice yet" not in page
    for said in ("Make invitation links", "blockplan.toml", "Clerk:", "Auditor:"):
        assert said in page
    assert "There is no notice yet" in browser_of(a_member("Li", "clerk")).get("/en/office/").content.decode()


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "提出意见无需账户"), ("en", "you need no account"), ("ja", "アカウントは要りません")],
)
def test_who_comes_to_sign_in_without_an_account_is_led_to_the_notices(lang: str, said: str) -> None:
    page = browser_of().get(f"/{lang}/office/sign-in/").content.decode()
    assert said in page
    assert f'<a href="/{lang}/">' in page.partition("<h1")[2]
