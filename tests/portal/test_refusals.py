"""What the library refuses is said on pages in the reader's language: each refusal, provoked in zh and ja."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.portal.databases import languages_here
from tests.support.english import ENGLISH
from tests.support.office_pages import as_shown
from tests.support.staff import a_member, browser_of

from blockplan.notice import submissions as intake
from blockplan.respond import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

LANGUAGES = ("zh", "ja")
SURE = {"sure": "on"}
TWO = {"by": "Li", "second": "Wang"}


class Office:
    """The pages of the office in one language, by several people."""

    def __init__(self, lang: str) -> None:
        self.here = f"/{lang}/office/notices/town/"
        self.planner = browser_of(a_member("Li", "planner", "clerk"))
        self.approver = browser_of(a_member("Wang", "approver", "planner"))

    def told(self, path: str, said: dict[str, Any], who: Client | None = None, status: int = 400) -> str:
        """What is said against something."""
        client = who or self.planner
        answer = client.post(self.here + path, as_shown(client, self.here + path, said) | said)
        assert answer.status_code == status, (path, answer.status_code)
        page = answer.content.decode()
        faults = page.partition('class="faults"')[2].partition("</div>")[0]
        return html.unescape(re.sub("<[^>]*>", " ", faults or page.partition('class="fault"')[2][:400]))


@pytest.fixture(params=languages_here(LANGUAGES))
def office(request: pytest.FixtureRequest, config: Config) -> Office:
    return Office(request.param)


def is_in_the_language_of_the_page(said: str) -> None:
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]{2}", said), said
    assert not ENGLISH.search(said), said


def a_zip(**files: bytes) -> SimpleUploadedFile:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "."), content)
    return SimpleUploadedFile("plan.zip", made.getvalue(), "application/zip")


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def a_row(cells: str) -> dict[str, Any]:
    """The desk's sheet with one row."""
    return {"do": "sheet", "sheet": ("a.csv", f"segment,theme,kind,reason\n{cells}\n".encode())}


#: What is written of a change that an answer caused.
NOTED = {"do": "answer", "kind": "noted", "reason_en": "x"}
#: Acts that the record or the desk refuses while the notice runs and has one opinion, cut into one segment.
RUNNING: dict[str, tuple[str, dict[str, Any]]] = {
    "closed before its end": ("close/", SURE),
    "lengthened backwards": ("extend/", {"reason": "x", "last": "2026-03-10", **SURE}),
    "answers complete": ("complete/", SURE),
    "nothing to transcribe": ("opinions/O-1/transcribe/", {"text": "x", **SURE}),
    "looked at what does not wait": ("opinions/O-1/", {"looked_at": "1"}),
    "a letter of tomorrow": ("letter/", {"received_at": "2030-01-01", "text": "x"}),
    "a letter of no day": ("letter/", {"received_at": "yesterday", "text": "x"}),
    "a letter without words": ("letter/", {"received_at": "2026-03-01", "text": ""}),
    "a letter of HEIC": ("letter/", {"received_at": "2026-03-01", "scan": ("a.heic", b"\0\0\0\x18ftypheic")}),
    "a list without a column": ("import/", {"file": ("a.csv", b"one,two\n1,2\n")}),
    "a list that is no workbook": ("import/", {"file": ("a.xlsx", b"no workbook")}),
    "a list of another kind": ("import/", {"file": ("a.doc", b"x")}),
    "a mailbox without mail": ("import/", {"file": ("a.mbox", b"x")}),
    "a list in no known writing": ("import/", {"file": ("a.csv", b"\xff\xfe\x00")}),
    "groups of one": ("desk/", {"do": "group"}),
    "a sheet without columns": ("desk/", {"do": "sheet", "sheet": ("a.csv", b"one,two\n1,2\n")}),
    "no sheet": ("desk/", {"do": "sheet"}),
    "a sheet of nothing": ("desk/", a_row(",,noted,x")),
    "a sheet with half an answer": ("desk/", a_row("O-1.1,,noted,")),
    "a sheet of no kind": ("desk/", a_row("O-1.1,,fine,x")),
    "a sheet of no segment": ("desk/", a_row("O-9.1,,noted,x")),
    "a theme that is not there": ("desk/segments/", {"segment": "O-1.1", "theme": "T-9"}),
    "cut nowhere": ("desk/segments/O-1.1/", {"do": "split"}),
    "cut at its end": ("desk/segments/O-1.1/", {"do": "split", "at": "999"}),
    "merged with nothing": ("desk/segments/O-1.1/", {"do": "merge"}),
    "an answer without a reason": ("desk/segments/O-1.1/", {"do": "answer", "kind": "noted"}),
    "a change that is none": ("desk/segments/O-1.1/", {**NOTED, "changes": "x"}),
    "a number that no double holds": (
        "desk/segments/O-1.1/", {**NOTED, "changes": "parcels:P:c:12345678901234567891:1:v"}
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", RUNNING)
def test_while_it_runs(opened: DatabaseStore, office: Office, name: str) -> None:
    intake.submit(opened, intake.Submission(text="More trees."))
    Desk(opened).cut("whole", by="Li")
    path, said = RUNNING[name]
    given = {key: a_file(*value) if isinstance(value, tuple) else value for key, value in said.items()}
    if path == "letter/":
        given |= {"channel": "post", "sender": "public", "form_key": "k" * 30}
    is_in_the_language_of_the_page(office.told(path, given))


@pytest.mark.long
def test_what_is_over_erased_or_asked_by_oneself(
    opened: DatabaseStore, office: Office, clock: HandClock
) -> None:
    first, _ = intake.submit(opened, intake.Submission(text="More trees."))
    second, _ = intake.submit(opened, intake.Submission(text="More trees."))
    intake.withdraw(opened, str(first.opinion), by="Li")
    intake.erase(opened, str(second.opinion), ground="x", by="Li")
    said = [office.told("opinions/O-1/take-back/", {"reason": "x", **SURE})]
    said.append(office.told("opinions/O-2/restore/", {"reason": "x", **SURE}))
    office.told("opinions/O-1/withhold/", {"ground": "x", **SURE}, status=302)
    said.append(office.told("opinions/O-1/withhold/", {"ground": "x", **SURE}))
    clock.set(2026, 4, 1, 9)
    said.append(office.told("extend/", {"reason": "x", "last": "2026-03-20", **SURE}))
    office.told("close/", SURE, status=302)
    said.append(office.told("close/", SURE))
    said.append(office.told("approve/", SURE))
    for one in said:
        is_in_the_language_of_the_page(one)


#: Packages that are none.
PACKAGES: dict[str, Callable[[], SimpleUploadedFile]] = {
    "empty": lambda: a_file("plan.zip", b"x"),
    "damaged": lambda: a_file("plan.zip", b"PK\x03\x04 and then nothing"),
    "without files": a_zip,
    "without plan.toml": lambda: a_zip(other__txt=b"x"),
    "plan.toml is no text": lambda: a_zip(plan__toml=b"\xff\xff"),
    "plan.toml is no TOML": lambda: a_zip(plan__toml=b"id = \n"),
    "plan.toml lacks keys": lambda: a_zip(plan__toml=b"wrong = 1\n"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PACKAGES)
def test_a_plan_that_is_none(config: Config, clock: HandClock, office: Office, name: str) -> None:
    office.planner.post(office.here.replace("town/", "new/"), {"id": "town", "rule": "CN cn-art26"})
    is_in_the_language_of_the_page(office.told("draft/plan/", {"package": PACKAGES[name]()}))


def test_a_draft_that_is_not_ready(config: Config, clock: HandClock, office: Office) -> None:
    new = office.here.replace("town/", "new/")
    office.planner.post(new, {"id": "town", "rule": "CN cn-art26"})
    answer = office.planner.post(new, {"id": "town", "rule": "CN cn-art26"})
    said = [
        html.unescape(re.sub("<[^>]*>", " ", answer.content.decode().partition('class="faults"')[2][:600]))
    ]
    said.append(office.told("draft/open/", SURE))
    said.append(office.told("draft/release/", {"sign": "x"}, office.approver))
    for one in said:
        is_in_the_language_of_the_page(one)


@pytest.mark.parametrize("lang", languages_here(LANGUAGES))
def test_programs_are_told_in_their_language_too(opened: DatabaseStore, lang: str) -> None:
    _, secret = intake.submit(opened, intake.Submission(text="More trees."))
    intake.withdraw(opened, "O-1", secret=secret)
    for path, said in (("O-1/amend", {"secret": secret, "text": "x"}), ("O-1/withdraw", {"secret": secret})):
        answer = Client().post(
            f"/api/v1/notices/town/opinions/{path}", said, "application/json",
            headers={"Accept-Language": lang},
        )  # fmt: skip
        assert answer.status_code == 409
        is_in_the_language_of_the_page(answer.json()["message"])
