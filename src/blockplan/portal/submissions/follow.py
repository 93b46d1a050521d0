"""
What a submitter may do with number and secret: see how it stands, take the receipt along, amend, withdraw.

Both travel in the body of a form and never in an address. A wrong secret and a number that nobody has get the
same answer, after the same work.

The form on which a submitter changes an opinion: the form it was written on, filled in as it stands.

Its files lie with a draft while it is filled in, as those of any form; the draft is of this opinion alone,
and goes when the amendment is entered.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import submissions
from blockplan.notice.disclosure import CARRIED, ORIGINAL
from blockplan.notice.events import write_time
from blockplan.notice.numbers import read_typed
from blockplan.notice.state import TAKES_OPINIONS, State
from blockplan.portal import clock, security_headers
from blockplan.portal.arrival import arrived
from blockplan.portal.record.clock import time_of
from blockplan.portal.record.index import entry_of, named, number_of
from blockplan.portal.record.register import answers_to
from blockplan.portal.record.store import UnavailableError, open_store
from blockplan.portal.submissions import drafts, rate_limits, subjects
from blockplan.portal.submissions.form_page import FormPage
from blockplan.portal.submissions.forms import Filled, OpinionForm, step_of, target_of
from blockplan.portal.submissions.guards import notice_of, of_our_pages
from blockplan.portal.submissions.receipt_page import facts, paper
from blockplan.portal.submissions.services import receipt_of, whole_receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

    from blockplan.notice.events import Event
    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.store import DatabaseStore

#: A number that no opinion has: the notice's own opening.
_NOBODY = "O-0"
#: So much of what is typed for a number is read.
LONGEST = 60


class Followed:
    """An opinion whose secret was shown, in one request."""

    def __init__(self, request: HttpRequest, row: Notice, store: DatabaseStore, first: Event) -> None:
        self.request = request
        self.row = row
        self.store = store
        self.first = first
        self.secret = submissions.secret_of(first, request.POST.get("secret", "")) or ""
        self.lang: str = request.lang  # type: ignore[attr-defined]
        self.number = f"O-{first.seq}"
        self.about = list(store.events(about=self.number))

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back."""
        return any(event.kind == "withdrawn" for event in self.about)

    @property
    def newest(self) -> Event:
        """The entry with the submitter's newest words."""
        return next(event for event in reversed(self.about) if event.kind in ORIGINAL)

    @property
    def can_amend(self) -> bool:
        """Whether the period still runs."""
        record = time_of(self.row.id)
        # What a clock said that was set back brings no period back.
        now = write_time(arrived(self.request) if clock.now() >= record else record)
        return self.row.state == State.ON_NOTICE and now < self.row.ends_before and not self.withdrawn

    @property
    def can_withdraw(self) -> bool:
        """Whether it can be taken back."""
        return self.row.state in TAKES_OPINIONS and not self.withdrawn

    def page(self, *, step: str = "see", wrong: str = "", said: str = "", status: int = 200) -> HttpResponse:
        """How it stands; `step` asks whether it is meant (``withdraw``)."""
        stands = self.newest.payload
        more = {
            "notice": self.row,
            "opinion": self.number,
            "secret": self.secret,
            "step": step,
            "wrong": wrong,
            "done": said,
            "text": stands.get("text", ""),
            "title": stands.get("title", ""),
            "reason": stands.get("reason", ""),
            "place": stands.get("place"),
            "place_words": subjects.place_in_words(self.row, stands, self.lang),
            "files": stands.get("files", ()),
            "aims": subjects.placed(
                self.row, subjects.named(self.row, stands.get("targets") or ()), self.lang
            ),
            "can_amend": self.can_amend,
            "can_withdraw": self.can_withdraw,
            "way": [
                {"at": event.at, "words": subjects.said_or(f"follow.kind.{event.kind}", "", self.lang)}
                for event in self.about
                if event.kind in _TOLD
            ],
            "answers": answers_to(self.row, self.number),
            "withdrawn": self.withdrawn,
            **facts(self.row, receipt_of(self.store, self.first), self.lang),
        }
        return render(self.request, "portal/follow.html", more, status=status)

    def as_json(self) -> HttpResponse:
        """The receipt with all that came after it, as a file."""
        document = whole_receipt(self.store, self.number, self.secret)
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        answer = HttpResponse(content, content_type="application/json")
        return security_headers.as_download(answer, f"receipt-{self.row.id}-{self.number}.json")

    def as_pdf(self) -> HttpResponse:
        """The receipt on paper, as a file."""
        made = receipt_of(self.store, self.first, holder=self.secret)
        content = paper(self.row, made, self.lang, self.secret)
        answer = HttpResponse(content, content_type="application/pdf")
        return security_headers.as_download(answer, f"receipt-{self.row.id}-{self.number}.pdf")

    def form(self, *, begun: bool = False) -> HttpResponse:
        """What stands, on the form that it was written on."""
        if not self.can_amend:
            return self.page(wrong="too_late", status=409)
        try:
            return Amending(self, begun=begun).page()
        except rate_limits.BusyError as error:
            return rate_limits.busy(self.page(wrong="often"), error.wait_s)
        except UsageError:  # no room for the files of a further form
            return self.page(wrong="unavailable", status=503)

    def amend(self) -> HttpResponse:
        """Put what the form says in the place of what stands."""
        if not self.can_amend:
            return self.page(wrong="too_late", status=409)
        form = Amending(self, begun=True)
        if form.changes_nothing:
            return self.page(said="amended")  # a second click
        try:
            if not form.checked():
                return form.page()
            return self._enter(lambda: form.enter(self.secret), "amended")
        except rate_limits.BusyError as error:
            form.often = True
            return rate_limits.busy(form.page(), error.wait_s)

    def withdraw(self) -> HttpResponse:
        """Take it back."""
        if self.withdrawn:
            return self.page(said="withdrawn")
        return self._enter(
            lambda: submissions.withdraw(self.store, self.number, secret=self.secret), "withdrawn"
        )

    def _enter(self, work: Callable[[], object], done: str) -> HttpResponse:
        try:
            work()
        except (NoticeStateError, UsageError):
            return self.page(wrong="too_late", status=409)
        except UnavailableError:
            return self.page(wrong="unavailable", status=503)
        self.row.refresh_from_db()
        self.about = list(self.store.events(about=self.number))
        return self.page(said=done)


#: What a submitter is told of the way of an opinion.
_TOLD = frozenset(
    {
        "submitted",
        "amended",
        "transcribed",
        "shown",
        "withdrawn",
        "redacted",
        "withheld",
        "restored",
        "erased",
    }
)
_STEPS: dict[str, Callable[[Followed], HttpResponse]] = {
    "see": Followed.page,
    "amend": Followed.form,
    "find": lambda one: one.form(begun=True),
    "amend_now": Followed.amend,
    "withdraw": lambda one: one.page(step="withdraw"),
    "withdraw_now": Followed.withdraw,
    "receipt_json": Followed.as_json,
    "receipt_pdf": Followed.as_pdf,
}


@of_our_pages
def follow(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The page that asks for number and secret, and what they open."""
    row = notice_of(notice)
    if request.method != "POST":
        return _ask(request, row, _called(row, request))
    number = request.POST.get("opinion", "").strip()[:LONGEST]
    wait_s = rate_limits.wait("secret", request, row.id)
    if wait_s:
        return rate_limits.busy(_ask(request, row, number, wrong="often", status=429), wait_s)
    store = open_store(row.id)
    first = _first(store, number, request.POST.get("secret", ""))
    if first is None:
        return _ask(request, row, number, wrong="no_such", status=403)
    rate_limits.wait("secret", request, row.id, tokens=-1.0)  # only guessing is slowed down
    asked = step_of(request.POST, "amend_now") if "do" in request.POST else "see"
    step = _STEPS.get(asked, Followed.page)
    return step(Followed(request, row, store, first))


def _first(store: DatabaseStore, said: str, secret: str) -> Event | None:
    """
    The entry of the opinion that somebody typed, whose secret it is; None where it is of none.

    A bare figure is a number, or the entry of an earlier receipt, typed without its letter: the secret tells
    which. Both are always looked at, so that the work tells nothing.
    """
    asked = read_typed(said)
    entries = (
        entry_of(store.notice, asked.number or 0),
        asked.number if asked.entry is None else asked.entry,
    )
    tried = [
        next(store.events({"submitted"}, about=_NOBODY if entry is None else f"O-{entry}"), None)
        for entry in entries
    ]
    held = [submissions.holds_secret(event, secret) for event in tried]
    return next((event for event, own in zip(tried, held, strict=True) if own), None)


def _called(row: Notice, request: HttpRequest) -> str:
    """The opinion that a link names by its entry, as people are told it."""
    asked = request.GET.get("opinion", "")[:LONGEST]
    entry = read_typed(asked).entry
    number = None if entry is None else number_of(row.id, f"O-{entry}")
    return asked if number is None else named(row.id, f"O-{entry}", request.lang, number)  # type: ignore[attr-defined]


def _ask(
    request: HttpRequest, row: Notice, number: str, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    said: dict[str, Any] = {"notice": row, "opinion": number, "wrong": wrong}
    return render(request, "portal/follow_ask.html", said, status=status)


class Amending(FormPage):
    """
    The form of an amendment in one request.

    Parameters
    ----------
    followed
        The opinion that is amended.
    begun
        Whether the request brings the form; else it is filled in as the opinion stands.

    Raises
    ------
    BusyError
        If the form of an opinion with files is begun too often: each holds its files.
    """

    template = "portal/follow_amend.html"

    def __init__(self, followed: Followed, *, begun: bool) -> None:
        request, row, newest = followed.request, followed.row, followed.newest
        self.store, self.newest, self.secret = followed.store, newest, followed.secret
        self.number = str(newest.opinion)
        #: Whether the form comes back because the opinion was changed meanwhile, or too often.
        self.again = self.often = False
        #: The words that were sent, where others had been entered meanwhile.
        self.mine = ""
        kept = drafts.find(row.id, request.POST.get("draft", "")) if begun else None
        if kept is not None and kept.row.opinion != self.number:
            kept = None
        super().__init__(request, row, OpinionForm(request.POST).filled if begun else Filled(), kept)
        if begun:
            self._read()
        else:
            self._fill()

    @property
    def changes_nothing(self) -> bool:
        """Whether it says what stands already: a second click."""
        stands = dict(self.newest.payload)
        now = {**stands, "text": self.filled.text, **self._more()}
        files = [
            hashlib.sha256(one.content).hexdigest() for one in submissions.files_of(self.store, self.newest)
        ]
        return _said(now) == _said(stands) and files == [one["sha256"] for one in self.files]

    def checked(self) -> bool:
        """Whether it may be entered as it is; else its page says what is wrong."""
        if self.request.POST.get("of") != str(self.newest.seq) or (self.newest.files and not self.kept):
            self.again, self.mine = True, self.filled.text
            self._fill()
            return False
        self.check(mails=False)
        return not (self.problems or self.refused or self.unplaced)

    def enter(self, secret: str) -> None:
        """
        Enter it.

        Raises
        ------
        NoticeStateError, UsageError
            If the record refuses it.
        BusyError
            If it is changed too often.
        """
        new = submissions.Amendment(
            text=self.filled.text, more=self._more(), of=self.newest.seq,
            files=self.kept.attachments() if self.kept else [], arrived=arrived(self.request),
        )  # fmt: skip
        with rate_limits.amending(self.request, self.row.id, self.number):
            submissions.amend(self.store, self.number, new, secret=secret)
        if self.kept:
            self.kept.erase()

    def keep(self, *, asked: bool = False) -> None:
        """As a draft of this opinion, which the next step finds."""
        kept = self._at_hand()
        kept.row.opinion = self.number
        kept.save(self.filled.to_draft(), asked=asked)
        if not next(self.store.events({"submitted"}, about=self.number)).known:  # erased meanwhile
            kept.erase()

    def _more(self) -> dict[str, Any]:
        """What stands beside the words; what is empty is taken out."""
        filled, more = self.filled, dict[str, Any]()
        more |= {"title": filled.title, "reason": filled.reason.strip(), "targets": filled.targets}
        if filled.place is not None:
            more |= {"place": filled.place["said"], "geometry": filled.place["geometry"]}
        elif self.request.POST.get("place_out") == "yes":
            more |= {"place": None, "geometry": None}
        return more

    def _render(self, template: str, status: int, **more: Any) -> HttpResponse:
        own = {
            "opinion": self.number,
            "secret": self.secret,
            "of": self.newest.seq,
            "again": self.again,
            "mine": self.mine,
            "often": self.often,
        }
        return super()._render(template, status, **more | own)

    def _read(self) -> None:
        self.read_files()
        self.read_place()
        if step_of(self.request.POST, "amend_now") == "find":
            self.seek()

    def _fill(self) -> None:
        """As the opinion stands."""
        said = self.newest.payload
        aims = [f"{one.get('layer')}:{one.get('id')}" for one in said.get("targets") or ()]
        self.filled = Filled(
            text=str(said.get("text") or ""), title=str(said.get("title") or ""),
            reason=str(said.get("reason") or ""),
            targets=[target for aim in aims if (target := target_of(aim))],
        )  # fmt: skip
        sought, datum = _sought(said)
        meant = self._meant(sought, datum).place if sought else None
        self.filled.place, self.unplaced = None if meant is None else meant | {"confirmed": True}, ""
        if attachments := submissions.files_of(self.store, self.newest):
            wait_s = rate_limits.wait_of("reopening", self.row.id, self.number)
            if wait_s:
                raise rate_limits.BusyError(wait_s)
            self.kept = drafts.new(self.row.id)
            self.kept.adopt(attachments)


def _sought(payload: Mapping[str, Any]) -> tuple[str, str]:
    """A place as it is typed or drawn to be found again, and its datum; empty where it has none."""
    place, geometry = payload.get("place") or {}, payload.get("geometry")
    if place.get("said"):
        return str(place["said"]), str(place.get("datum") or "")
    drawn, system = (place["sent"], place.get("system")) if "sent" in place else (geometry, "plan")
    if not drawn:
        return "", ""
    return drawn if isinstance(drawn, str) else json.dumps(drawn), str(system or "")


def _said(payload: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an opinion says, however what it does not say is written."""
    return tuple(payload.get(key) or None for key in ("text", *CARRIED))
