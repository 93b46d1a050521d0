"""
The form on which a submitter changes an opinion: the form it was written on, filled in as it stands.

Its files lie with a draft while it is filled in, as those of any form; the draft is of this opinion alone,
and goes when the amendment is entered.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from blockplan.notice import submissions
from blockplan.notice.disclosure import CARRIED
from blockplan.notice.intake.texts_in import typed
from blockplan.portal.arrival import arrived
from blockplan.portal.submissions import drafts, rate_limits
from blockplan.portal.submissions.form_page import FormPage
from blockplan.portal.submissions.forms import Filled, OpinionForm, step_of, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from blockplan.notice.events import Event
    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.store import DatabaseStore


class Amending(FormPage):
    """
    The form of an amendment in one request.

    Parameters
    ----------
    begun
        Whether the request brings the form; else it is filled in as the opinion stands.

    Raises
    ------
    BusyError
        If the form of an opinion with files is begun too often: each holds its files.
    """

    template = "portal/follow_amend.html"

    def __init__(
        self, request: HttpRequest, row: Notice, store: DatabaseStore, newest: Event, *, begun: bool
    ) -> None:
        self.store, self.newest = store, newest
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
            "secret": typed(self.request.POST.get("secret", "")),
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
