"""
An office for tests in a browser: three persons, a notice that went the whole way, and a draft.

`Office` makes all of it without a script, as staff would. `OTHERS` says whose eyes an address is for, where
it is not a planner's, `NO_PAGE` why an address is no page, and `STAGES` what is looked at on the way.
"""

from __future__ import annotations

import datetime as dt
import re
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.urls import reverse
from django.utils import translation
from tests.portal.moved_clock import MovedClock
from tests.support.browser import Service
from tests.support.office_addresses import of_office
from tests.support.smtp import MailServer
from tests.support.staff import PASSWORD, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[2] / "examples" / "demonstration-zone"
TEXTS = ("authority", "preparer", "legal_basis", "extent", "purpose", "change", "media", "privacy",
         "place_1_name", "place_1_hours", "no_map_review")  # fmt: skip
RELEASE = {"secrecy_mark": "none", "public_copy": "synthetic", "privacy_seen": "all of it read"}
#: Nobody listens there; the pages only offer it.
OPENID = '[openid]\nname = "Town accounts"\nserver = "http://localhost:1"\nclient_id = "a"\nsecret = "b"\n'
#: Addresses that answer with a file, or lead on at once.
NO_PAGE = {
    "office_file": "a download", "office_archive": "a download", "office_sheet": "a download",
    "office_report_file": "the consultation report itself, looked at where it is made",
    "office_workbench": "needs scripts; asked in test_office_workbench",
    "office_workbench_below": "what the workbench asks for",
    "office_join": "leads to the same link in the reader's language",
    "office_preview": "leads to the public pages", "office_preview_end": "leads to the public pages",
    "office_reading": "leads to the draft", "mfa_index": "the page of the account",
    "office_signed_out": "for who came by an identity service; looked at in test_openid",
    "openid_connect_callback": "leads on, or shows the page of somebody who turned back",
    "mfa_generate_recovery_codes": "leads on while there are codes that nobody used",
}  # fmt: skip
#: Addresses for others than a planner: nobody, somebody half signed in, the administrator, the approver.
OTHERS = {
    "account_login": "nobody", "office_follow": "nobody", "account_inactive": "nobody",
    "socialaccount_signup": "nobody", "socialaccount_login_cancelled": "nobody",
    "openid_connect_login": "nobody", "mfa_authenticate": "half", "mfa_activate_totp": "new",
    "office_staff": "admin", "office_member": "admin", "office_acts": "admin",
}  # fmt: skip
#: Addresses that are asked of the draft and not of the notice that went its way.
OF_DRAFT = (
    "office_draft",
    "office_dates",
    "office_plan",
    "office_particulars",
    "office_release",
    "office_open",
)

#: Where the notice stands -> whose eyes, and pages that look there as nowhere else, below the language.
_DRAFT, _TOWN = "/office/notices/town/draft/", "/office/notices/town/"
_PREVIEW = tuple(
    f"/notices/town/{page}"
    for page in (
        "", "plan/", "plan/parcels/RD-01-01-012/", "plan/parcels/RD-01-01-012/my-parcel/",
        "opinion/?layer=areas&object=rd", "opinions/", "response/", "record/",
    )
)  # fmt: skip
STAGES = {
    "answered": (
        ("planner", ("/office/", _DRAFT, _DRAFT + "particulars/", _DRAFT + "release/", *_PREVIEW)),
        ("approver", (_DRAFT + "release/",)),
        ("reader", _PREVIEW[:1]),
    ),
    "released": (("planner", (_DRAFT, _DRAFT + "open/")),),
    "open": (
        ("planner", (_TOWN, _TOWN + "opinions/?standing=held", _TOWN + "opinions/O-2/",
                     _TOWN + "opinions/O-1/redact/")),
    ),
    "sorted": (
        ("planner", (_TOWN, _TOWN + "desk/", _TOWN + "desk/segments/", _TOWN + "desk/segments/O-2.1/")),
    ),
    "asked": (("planner", (_TOWN,)), ("approver", ("/office/", _TOWN + "waiting/2/"))),
}  # fmt: skip


class Person:
    """Somebody of the office at a browser that runs no scripts."""

    def __init__(self, service: Service, chromium: Any) -> None:
        self.service = service
        self.context = chromium.new_context(
            viewport={"width": 1280, "height": 900}, java_script_enabled=False, locale="en"
        )
        # An upload is checked at once, and machines that test are busy.
        self.context.set_default_timeout(120_000)
        self.tab = self.context.new_page()

    def go(self, path: str) -> str:
        """To a page of the office; gives back its source."""
        self.tab.goto(path if path.startswith("http") else self.service.url(f"/en/office/{path}"))
        return str(self.tab.content())

    def send(self, path: str, button: str, **said: Any) -> str:
        """Fill in the form of a page and send it."""
        self.go(path)
        return self.fill(button, **said)

    def fill(self, button: str, **said: Any) -> str:
        """Fill in the form of this page and press its button."""
        for name, value in said.items():
            field = self.tab.locator(f'main [name="{name}"]').first
            field.evaluate("one => { const fold = one.closest('details'); if (fold) fold.open = true }")
            if value is True:
                field.check()
            elif field.get_attribute("type") == "radio":
                self.tab.locator(f'main [name="{name}"][value="{value}"]').check(force=True)
            elif isinstance(value, Path):
                field.set_input_files(str(value))
            elif field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(str(value))
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=button, exact=True).first.click()
        page = str(self.tab.content())
        assert 'class="faults"' not in page, page.partition('class="faults"')[2][:600]
        return page

    def show_again(self) -> None:
        """Give the password again, as the pages of the second factor ask some time after signing in."""
        self.go("account/codes/")
        if self.tab.locator('main [name="password"]').count():
            self.fill("Go on", password=PASSWORD)

    def begin(self, link: str, name: str) -> None:
        """Make an account by a link, and give login and password."""
        self.go(link)
        self.fill("Make your account", name=name, login=name.lower(), password1=PASSWORD, password2=PASSWORD)
        self.fill("Sign in", login=name.lower(), password=PASSWORD)

    def join(self, link: str, name: str) -> None:
        """The same, and set up a second factor."""
        self.begin(link, name)
        secret = str(self.tab.content()).partition('class="secret">')[2].partition("<")[0]
        assert "Recovery codes" in self.fill("Go on", code=code_of(secret))


class Office:
    """A service, empty or with a draft, in which the administrator has invited a planner and an approver."""

    def __init__(
        self, folder: Path, chromium: Any, plan: Path | None = None, scenario: str | None = None
    ) -> None:
        self.folder, self.chromium = folder, chromium
        self.newcomers, self.news = 0, ""
        #: What was against its pages on the way, and their sources by stage and page.
        self.found: list[str] = []
        self.sources: dict[str, str] = {}
        self.stages = self.way()
        self.clock = MovedClock(folder)
        (folder / "data").mkdir()
        self.mails = MailServer()
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {self.mails.port}\nsender = "plans@example.org"\n'
        (folder / "data" / "blockplan.toml").write_text(OPENID + mail)
        self.service = Service(
            folder / "data", demo=False, plan=plan, scenario=scenario, more=self.clock.environment
        )
        self.admin = Person(self.service, chromium)
        self.admin.join(str(re.search(r"http\S+/join/\S+", self.service.log())[0]), "Zhou")  # type: ignore[index]
        self.planner = self.invited("Li", "clerk", "planner")
        self.approver = self.invited("Wang", "approver", "auditor")

    def link(self, *roles: str) -> str:
        """An invitation."""
        self.admin.go("staff/")
        for role in roles:
            self.admin.tab.locator(f'#id_roles input[value="{role}"]').check()
        return self.admin.fill("Make an invitation link").partition('class="secret">')[2].partition("<")[0]

    def invited(self, name: str, *roles: str) -> Person:
        """Somebody with these roles."""
        person = Person(self.service, self.chromium)
        person.join(self.link(*roles), name)
        return person

    def reader(self) -> Person:
        """Somebody without an account, who came by a link for reading the draft."""
        secret = (self.service.data / "keys" / "secret").read_text()
        person = Person(self.service, self.chromium)
        until = self.clock.now() + 3600
        person.go(f"reading/{signing.dumps(['town', until], key=secret, salt='blockplan.reading')}/")
        return person

    def stop(self) -> None:
        """End what was started."""
        self.service.stop()
        self.mails.stop()

    def way(self) -> Iterator[str]:
        """
        Go the whole way with the notice; stops where its pages look otherwise than before, by a name of
        `STAGES`.
        """
        yield from self._open_town()
        self._close_town()
        yield from self._publish_town()
        self._begin_next()
        self.news = self._ask_for_news()
        yield "published"

    def _open_town(self) -> Iterator[str]:
        """Draft a notice, release it by two, open it, take a letter in; an opinion waits for a look."""
        planner, draft = self.planner, "notices/town/draft/"
        planner.send("notices/new/", "Go on", id="town", rule="CN cn-art26")
        first = self.clock.today.isoformat()
        planner.send(draft + "dates/", "Keep the dates", first=first, publication="after_close_full")
        planner.send(draft + "plan/", "Upload and check", package=self._package())
        said = {f"{name}_en": f"made-up {name}" for name in TEXTS} | {"email": "plans@example.org"}
        planner.send(draft + "particulars/", "Keep the particulars", **said)
        planner.send(draft + "release/", "Give the answers", **RELEASE)
        yield "answered"
        self.approver.send(draft + "release/", "Sign")
        yield "released"
        assert "on notice" in planner.send(draft + "open/", "Open the notice", sure=True)
        letter = {
            "channel": "post",
            "sender": "public",
            "received_at": first,
            "text": "More trees. Fewer cars, too.",
        }
        assert "No. 1 (entry " in planner.send("notices/town/letter/", "Enter a letter", **letter)
        self._write("Less noise.")
        yield "open"

    def _close_town(self) -> None:
        """Lengthen and close; what waited is shown."""
        planner = self.planner
        later = (self.clock.today + dt.timedelta(days=35)).isoformat()
        planner.send("notices/town/extend/", "Lengthen the period", last=later, reason="holidays", sure=True)
        self.clock.move(days=37)
        planner.send("notices/town/close/", "Close the notice", sure=True)
        planner.send("notices/town/opinions/O-2/", "I looked: show it")

    def _publish_town(self) -> Iterator[str]:
        """Sort, answer, approve and publish."""
        planner, desk = self.planner, "notices/town/desk/"
        planner.send(desk, "Split into points")
        planner.send("templates/", "Keep the template", title="Thanks", text_en="{number}: thank you. {plan}")
        planner.send(desk, "New theme", title="Trees")
        planner.go(desk + "segments/")
        planner.tab.locator('input[name="segment"]').first.check()
        planner.fill("Move to theme", theme="T-1")
        yield "sorted"
        answer = {"kind": "noted", "reason_en": "Thank you."}
        planner.send(desk + "themes/T-1/", "Give the answer", **answer)
        planner.send(desk + "segments/O-2.1/", "Give the answer", **answer)
        planner.send("notices/town/complete/", "All opinions are answered", sure=True)
        planner.send("notices/town/approve/", "Approve plan and answers", sure=True)
        self._second()
        planner.send("notices/town/publish/", "Publish the consultation report", sure=True)
        yield "asked"
        self._second()

    def _second(self) -> None:
        """The approver confirms what waits."""
        page = self.approver.go("notices/town/")
        waits = str(re.search(r"notices/town/waiting/\d+/", page)[0])  # type: ignore[index]
        self.approver.send(waits, "I have looked, enter it")

    def _write(self, text: str) -> None:
        """An opinion by somebody whose browser shows no work."""
        tab = self.planner.tab
        tab.goto(self.service.url("/en/notices/town/opinion/?layer=areas&object=rd"))
        tab.fill("#text", text)
        for step in ("check", "send"):
            with tab.expect_navigation():
                tab.locator(f"button[value={step}]:not(.first)").click()
        assert "Receipt No. 2 (entry " in tab.content()

    def _ask_for_news(self) -> str:
        """Somebody asks for news of the notice; gives back the page that the mail names."""
        tab = self.planner.tab
        tab.goto(self.service.url("/en/notices/town/mail/"))
        tab.fill('main [name="to"]', "reader@example.org")
        tab.locator("main button.main").first.click()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for mail in self.mails.mails:
                if found := re.search(r"http\S+(/mail/[\w-]+/)", mail.get_content()):
                    return found[1]
            time.sleep(0.2)
        raise AssertionError("no mail came")

    def _begin_next(self) -> None:
        """A draft that nobody has released."""
        self.planner.send("notices/new/", "Go on", id="next", rule="JP jp-art17")

    def visits(self, eyes: str) -> Iterator[tuple[str, str]]:
        """Name and address, below the language, of every page of the office for these eyes."""
        segment = re.search(r"segments/(O-[\d.]+)/", self.planner.go("notices/town/desk/segments/?show=all"))
        assert segment is not None
        secret = self.link("clerk").rstrip("/").rpartition("/")[2] if eyes == "nobody" else ""
        world = {
            "notice": "town", "opinion": "O-1", "segment": segment[1], "theme": "T-1", "pending": 1,
            "staff": 2, "template": 1, "provider_id": "office", "secret": secret,
        }  # fmt: skip
        for one in of_office():
            name = str(one.name)
            if name in NO_PAGE or OTHERS.get(name, "planner") != eyes:
                continue
            named = world | ({"notice": "next"} if name in OF_DRAFT else {})
            with translation.override("en"):
                path = reverse(name, kwargs={key: named[key] for key in one.pattern.converters})
            yield name, path.removeprefix("/en")

    def _package(self) -> Path:
        path = self.folder / "plan.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in ("plan.toml", "plan.gpkg"):
                packed.write(EXAMPLE / name, name)
        return path
