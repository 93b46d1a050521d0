"""The pages of one form: to fill in, to look through before it is sent, and where a draft is found again."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.shortcuts import render

from blockplan.datums import DATUMS
from blockplan.errors import IntakeError, UsageError
from blockplan.notice.events import parse_time, write_time
from blockplan.notice.intake.limits import LIMITS, size
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.intake.uploads import take_files
from blockplan.portal.config import config_of_environment
from blockplan.portal.plans.places import map_of
from blockplan.portal.record.clock import time_of
from blockplan.portal.submissions import drafts, rate_limits, subjects
from blockplan.portal.submissions.forms import STANDINGS, Filled, OpinionForm
from blockplan.portal.submissions.idempotency import seal_of
from blockplan.portal.visible_notices import version_of
from blockplan.portal.words import say
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.notice.submissions import Submission
    from blockplan.portal.record.models import Notice

#: Order of the fields on the page, so that the summary of problems has it too.
ORDER = ("find", "place", "text", "title", "reason", "files", "name", "address", "standing", "contact")
#: How much of the file's endings a browser offers to choose.
ACCEPT = ".jpg,.jpeg,.png,.webp,.pdf,.txt,.csv,.geojson,.docx,.xlsx,.odt"


class FormPage:
    """The page of a form in one request."""

    #: The page on which it is filled in.
    template = "portal/opinion.html"

    def __init__(
        self, request: HttpRequest, row: Notice, filled: Filled, kept: drafts.KeptDraft | None = None
    ) -> None:
        self.request = request
        self.row = row
        self.filled = filled
        self.kept = kept
        self.lang: str = request.lang  # type: ignore[attr-defined]
        #: Field -> key of what is wrong with it.
        self.problems: dict[str, str] = {}
        #: What was said of files that were not taken in, and of a place that is none.
        self.refused = self.unplaced = ""
        self.sought: str | None = None
        self.hits: list[dict[str, Any]] = []

    @property
    def mails(self) -> bool:
        """Whether this office sends mail."""
        return bool(config_of_environment().mail.host)

    @property
    def files(self) -> list[dict[str, Any]]:
        """Files that are in already."""
        return self.kept.files if self.kept else []

    @property
    def wants(self) -> list[str]:
        """What the law of the place asks a submitter for."""
        return list(self.row.opened.get("wants", []))

    @property
    def opinion(self) -> Submission:
        """The opinion that it becomes as it is kept."""
        return self.filled.opinion(self.kept.attachments() if self.kept else [], self.lang)

    @property
    def seal(self) -> str:
        """Of all that is kept, so that what was looked through is what is sent."""
        return seal_of(self.kept.token if self.kept else "", self.opinion, self.filled.mail_to)

    def read_files(self) -> None:
        """Take in the files that came with this request, and let go of those unwanted."""
        if self.kept:
            self.kept.drop(self.request.POST.getlist("without_file[]"))
        came = self.request.FILES.getlist("files")
        if not came:
            return
        if rate_limits.wait("file", self.request, self.row.id):
            self.refused = self._say("problem.often")
            return
        already = self.files
        try:
            if len(already) + len(came) > LIMITS.files:
                raise refusal(UsageError, say, "opinion.problem.many", most=LIMITS.files)
            room = LIMITS.files_bytes - sum(file["bytes"] for file in already)
            if sum(file.size or 0 for file in came) > room:
                raise refusal(UsageError, say, "opinion.problem.room", most=size(LIMITS.files_bytes))
            megabytes = sum(file.size or 0 for file in came) / 1e6
            if rate_limits.wait("file_mb", self.request, self.row.id, tokens=megabytes):
                raise refusal(UsageError, say, "opinion.problem.often")
            uploads = take_files((file.name or "", file.read(LIMITS.file_bytes + 1)) for file in came)
            self._at_hand().add(uploads)
        except (IntakeError, UsageError) as error:
            self.refused = pick(error.text, self.lang) or str(error)

    def check(self, *, mails: bool) -> None:
        """See what cannot be sent so; `mails` where receipt and answer can be asked for by mail."""
        self.problems |= OpinionForm(self.request.POST, files=len(self.files), mails=mails).problems
        if self.filled.place is not None and not self.filled.place.get("confirmed"):
            self.problems["place"] = "unconfirmed"

    def keep(self, *, asked: bool = False) -> None:
        """As a draft, which the next step finds."""
        self._at_hand().save(self.filled.to_draft(), asked=asked)

    def page(self, *, status: int = 200) -> HttpResponse:
        """The form, with what is wrong with it at its head."""
        if self.kept or self.files:
            self.keep()
        more = {
            "hits": subjects.placed(self.row, self.hits, self.lang),
            "sought": self.sought,
            "datum": self.request.POST.get("datum", ""),
            "datums": DATUMS,
            "accept": ACCEPT,
            "most_files": LIMITS.files,
            "most_bytes": size(LIMITS.file_bytes),
            "most_text": LIMITS.text_characters,
            "standings": STANDINGS,
            "problems": self._problems(),
            "wrong": self._wrong(),
        }
        return self._render(self.template, status, **more)

    def preview(self, *, trouble: str | None = None, status: int = 200) -> HttpResponse:
        """What will be sent, to be looked through; `trouble` says why it was not sent just now."""
        missing = [
            subjects.said_or(f"opinion.field.{name}", name, self.lang)
            for name in self.filled.missing(self.wants)
        ]
        more = {
            "missing": missing,
            "trouble": trouble,
            "seal": self.seal,
            "challenge": json.dumps(rate_limits.challenge_for(self.row.id)),
        }
        return self._render("portal/opinion_check.html", status, **more)

    def kept_page(self) -> HttpResponse:
        """Where the draft is found again."""
        self.keep(asked=True)
        if self.refused:
            return self.page()
        kept = self._at_hand()
        address = config_of_environment().address.rstrip("/")
        link = f"{address}/{self.lang}/notices/{self.row.id}/drafts/{kept.token}/"
        return self._render("portal/opinion_kept.html", 200, link=link, until=kept.row.expires)

    def _at_hand(self) -> drafts.KeptDraft:
        if self.kept is None:
            self.kept = drafts.new(self.row.id)
        return self.kept

    def _render(self, template: str, status: int, **more: Any) -> HttpResponse:
        now = time_of(self.row.id)
        ends = parse_time(self.row.ends_before)
        known = {
            "notice": self.row,
            "filled": self.filled,
            "targets": subjects.placed(self.row, subjects.named(self.row, self.filled.targets), self.lang),
            "files": self._told_files(),
            "draft": self.kept.token if self.kept else "",
            "wants": self.wants,
            "mails": self.mails,
            "late": now >= ends,
            "now": write_time(now),
            "last_day": (ends - dt.timedelta(microseconds=1)).astimezone(ZoneInfo(self.row.zone)).date(),
            "place_map": self._map_of_place(),
            "drawn_words": subjects.drawn_in_words(self.filled.place, self.lang)
            if self.filled.place and self.filled.place.get("again")
            else "",
            "privacy": self.row.opened.get("privacy"),
            "publication": self.row.opened.get("publication", ""),
        }
        return render(self.request, template, known | more, status=status)

    def _map_of_place(self) -> dict[str, Any] | None:
        version = version_of(self.row)
        if self.filled.place is None or version is None:
            return None
        return map_of(version, self.filled.place["geometry"], self.lang)

    def read_place(self) -> None:
        """The place that was shown, worked out anew from what was typed; confirmed or taken out."""
        post = self.request.POST
        if not post.get("place_said") or post.get("place_out") == "yes":
            return
        meant = self._meant(post["place_said"], post.get("place_datum", ""))
        if meant.place is not None:
            self.filled.place = meant.place | {"confirmed": post.get("place_ok") == "yes"}

    def seek(self) -> None:
        """What is sought: objects to choose from, or a place to confirm."""
        post = self.request.POST
        self.sought = post.get("find", "")
        meant = self._meant(self._drawing() or self.sought, post.get("datum", ""))
        self.filled.place = meant.place or self.filled.place
        if meant.place is not None and post.get("drawn_ok") == "yes":
            # It was drawn on our own map, where its sender saw it lie: nothing is left to choose.
            meant.place["confirmed"] = True
            self.sought = None
            return
        chosen = {(target["layer"], target["id"]) for target in self.filled.targets}
        self.hits = [hit for hit in meant.hits if (hit["layer"], hit["id"]) not in chosen]

    def _drawing(self) -> str:
        """A place that was drawn elsewhere: GeoJSON as a file or as text; empty where none came."""
        came = self.request.FILES.get("drawn_file")
        if came is None:
            return self.request.POST.get("drawn", "").strip()
        # What is no UTF-8 reads as no drawing, and is refused as one.
        text: str = came.read(LIMITS.geometry_bytes + 1).decode("utf-8", "replace")
        return text.lstrip("\ufeff")

    def _meant(self, sought: str, datum: str) -> subjects.Meant:
        try:
            return subjects.find(self.row, made_fit(sought)[0], datum)
        except IntakeError as error:
            self.unplaced = pick(error.text, self.lang)
            return subjects.Meant([])

    def _told_files(self) -> list[dict[str, Any]]:
        return [
            {**file, "size": size(file["bytes"]), "notes": [pick(note, self.lang) for note in file["notes"]]}
            for file in self.files
        ]

    def _wrong(self) -> dict[str, str]:
        """Field -> the sentence beside it."""
        said = {
            field: self._say(f"problem.{key}", most=f"{_most(field):,}")
            for field, key in self.problems.items()
        }
        more = {"files": self.refused, "find": self.unplaced}
        return said | {field: words for field, words in more.items() if words}

    def _problems(self) -> list[dict[str, str]]:
        wrong = self._wrong()
        return [{"field": field, "said": wrong[field]} for field in ORDER if field in wrong]

    def _say(self, key: str, **values: Any) -> str:
        return say(f"opinion.{key}", self.lang, **values)


def _most(field: str) -> int:
    longest = {"text": LIMITS.text_characters, "reason": LIMITS.reason_characters}
    return longest.get(field, LIMITS.line_characters)
