"""
What is entered in the record of a notice: the kinds of entry, and an entry with its commitments.

An entry has a *body* (its payload), where needed a *person* (name, address,
contact: never published) and *files*. Each of these parts has a random key of
its own; the log holds only the keyed commitments, so that a part can be erased, key and all,
and everything else still holds.

The payloads, kind by kind (`KINDS` lists the keys that must be there; more may be added):

- ``submitted``: ``text``, ``channel`` (`CHANNELS`), ``from`` (public, agency); may hold ``title``,
  ``language``, ``targets`` [{layer, id}], ``clause``, ``geometry`` (GeoJSON, the plan's CRS), ``files``
  [{name, media_type}], ``received_at`` (the day or time of arrival, only where a clerk enters a letter),
  ``reason``, ``standing``; of the web ``arrived_at``, when it reached the service, where that was before the
  entry (at most `LONGEST_WAY`): this, not the entry, says whether it is late. The record adds
  ``opinion`` ("O-17": its own number in the log), ``round`` (1, and more after a restart), ``late`` (true,
  false) and ``ends_before`` (the moment compared with).
- ``amended`` and ``transcribed``: ``opinion`` and the new ``text`` in full (same optional keys, and files).
  They replace what was submitted, for reading and answering; the first stays in the record. The record adds
  what stands beside the text and is not named, so that one entry holds all that stands; an empty key is taken
  out.
- ``shown``: ``opinion``, ``of`` (number of the entry that was looked at), ``by``. Words that came without
  proof of work wait for this: their leaf is marked ``held``. A marked opinion's amendments are marked too.
- ``withdrawn``: ``opinion``; why, if it was said, stands with the person.
- ``redacted``: ``opinion``, ``text`` (what may be published), ``ground``, ``by``, ``second``; ``of``, number
  of the entry whose words it stands for. ``withheld``: ``opinion``, ``ground``, ``by``, ``second``, ``of``.
  ``restored``: ``opinion``, ``reason``, ``by``, ``second``. What a second person confirmed later than it
  was asked for holds ``asked_on``, number of the newest entry at that time (`blockplan.notice.two_person`).
- ``segmented``: ``opinion``, ``of`` (number of the entry whose text is cut),
  ``segments`` [{id ("O-17.1"), start, end}], offsets in Unicode code points; replaces an earlier one of
  the same opinion.
- ``grouped``: ``run`` {method, seed, model, versions, parameters}, ``proposal``; a run of the machine,
  no decision.
- ``theme``: ``theme`` (id), ``title`` {zh, en, ja} or text; names or renames a theme; ``merged_into``
  may end it.
- ``themed``: ``assigned`` [{segment, theme (null: taken out)}], ``by``.
- ``folded``: ``campaign`` (id), ``opinions`` [..] (all of its members), ``by``; for reading, each still
  counts.
- ``answered``: ``answer`` {kind (`ANSWERS`), reason, links [], changes [{layer, id, column, old, new,
  plan_version}]}, ``by``, and one of ``segment`` or ``theme``; an answer of a segment stands before that
  of its theme.
- ``erased``: ``entries`` [{seq, parts [body, person, files], late (of a submission)}], ``ground``; may
  hold ``opinion``.
- ``recovered``: ``reason``, ``by``, ``second``, ``kept`` (entries), ``root``, ``lost`` (how many were signed
  as far as is known), ``key``, ``key_before``, ``handover``; `blockplan.notice.recovery`. What is entered
  anew from a receipt says ``recovered`` {opinion, at, leaf}, and is late or not by that time.
- ``clock_repaired``: ``reason``, ``by``, ``second``; the record adds ``from`` (the first entry whose time is
  wrong) and ``in_time`` (opinions that were marked late by that time alone); `blockplan.notice.two_person`.
- ``published``: ``report`` {file: sha256}, ``reconciliation`` {..}, ``by``, ``second``.

Marks of rows of a list: equal for what is equal, so that a list sent twice is entered once.

Of an imported opinion that is erased a keyed mark stays, beside the record and never in it: the same row in a
changed list is recognised. From the mark no words can be read; whoever holds its key could only try out
whether a guess at all of it is right.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice.proof import canonical
from blockplan.notice.refusals import kind_word, refused
from blockplan.notice.state import TAKES_OPINIONS, State
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Way in -> whether a clerk enters it for somebody, so that the day of arrival is not that of the entry.
CHANNELS = {"web": False, "counter": True, "post": True, "email": True, "phone": True, "meeting": True,
            "import": True}  # fmt: skip
SENDERS = ("public", "agency")
#: The kinds of answer to a segment.
ANSWERS = (
    "adopted", "adopted_in_part", "not_adopted", "already_covered", "outside_the_plan", "noted",
    "no_planning_content",
)  # fmt: skip

#: What comes by the web is entered so long after it reached the service at most.
LONGEST_WAY = dt.timedelta(minutes=15)

_D, _N, _C, _A, _P, _U, _F = (
    State.DRAFT, State.ON_NOTICE, State.CLOSED, State.ANSWERED, State.APPROVED, State.PUBLISHED,
    State.IN_FORCE,
)  # fmt: skip
#: An answer after the approval first takes the approval back; see `REOPENS`.
_ANSWERING = TAKES_OPINIONS - {State.APPROVED}
_HANDLED = TAKES_OPINIONS | {State.PUBLISHED, State.IN_FORCE}
_EVER = frozenset(State)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an entry of one kind must hold, when it may be made, and where it leads."""

    needs: tuple[str, ...]
    when: frozenset[State]
    #: The state that the notice is in afterwards; None leaves it.
    leads_to: State | None = None
    #: True where the body holds words of a submitter: it may be erased, and may stay unpublished.
    words: bool = False
    #: True where a second person must have looked.
    two: bool = False
    #: True where its files may hold words of opinions: an erasure takes them too.
    quotes: bool = False


def _in(*states: State) -> frozenset[State]:
    return frozenset(states)


KINDS: dict[str, Kind] = {
    # The notice and its dates.
    "opened": Kind(("plan", "period", "rule"), _in(_D, State.RESTARTED), State.ON_NOTICE),
    "extended": Kind(("period", "reason", "by"), _in(_N)),
    "corrected": Kind(("what", "text", "by"), TAKES_OPINIONS),
    "displayed": Kind(("what", "where", "by"), TAKES_OPINIONS),
    "closed": Kind(("ended_before", "by"), _in(_N), State.CLOSED),
    "restarted": Kind(("reason", "by"), TAKES_OPINIONS, State.RESTARTED),
    "notice_withdrawn": Kind(("reason", "by"), TAKES_OPINIONS | {_U}, State.WITHDRAWN),
    "stepped": Kind(("step", "on", "by"), _EVER),
    "recovered": Kind(
        ("reason", "by", "second", "kept", "root", "key", "key_before", "handover"), _EVER, two=True
    ),
    "clock_repaired": Kind(("reason", "by", "second"), _EVER - {_D}, two=True),
    # Opinions.
    "submitted": Kind(("text", "channel", "from"), TAKES_OPINIONS, words=True),
    "amended": Kind(("opinion", "text"), _in(_N), words=True),
    "transcribed": Kind(("opinion", "text", "by"), TAKES_OPINIONS, words=True),
    "shown": Kind(("opinion", "of", "by"), TAKES_OPINIONS),
    "withdrawn": Kind(("opinion",), TAKES_OPINIONS),
    "redacted": Kind(("opinion", "text", "ground", "by", "second"), _HANDLED, words=True, two=True),
    "withheld": Kind(("opinion", "ground", "by", "second"), _HANDLED, two=True),
    # Records from before two persons were asked for it name one; `check_two` asks whoever enters it now.
    "restored": Kind(("opinion", "reason", "by"), _HANDLED, two=True),
    "erased": Kind(("entries", "ground"), _EVER),
    # Answers.
    "segmented": Kind(("opinion", "of", "segments"), _ANSWERING),
    "grouped": Kind(("run", "proposal"), _ANSWERING),
    "theme": Kind(("theme", "title"), _ANSWERING),
    "themed": Kind(("assigned", "by"), _ANSWERING),
    "folded": Kind(("campaign", "opinions", "by"), _ANSWERING),
    "answered": Kind(("answer", "by"), _ANSWERING),
    "answers_complete": Kind(("by",), _in(_C), State.ANSWERED),
    "answers_reopened": Kind(("reason", "by"), _in(_A, _P), State.CLOSED),
    "approved": Kind(("by", "second"), _in(_A), State.APPROVED, two=True),
    "published": Kind(("report", "by", "second"), _in(_P), State.PUBLISHED, two=True, quotes=True),
    "in_force": Kind(("on", "by"), _in(_U), State.IN_FORCE),
    "superseded": Kind(("on", "by"), _in(_F), State.SUPERSEDED),
}

#: Kinds that change where the notice stands; the rest are about opinions.
STANDING = frozenset(
    {name for name, kind in KINDS.items() if kind.leads_to is not None}
    | {"extended", "stepped", "clock_repaired"}
)
#: Kinds before which the record enters ``answers_reopened`` by itself, if the answers were already approved.
REOPENS = frozenset({"segmented", "grouped", "theme", "themed", "folded", "answered"})


@dataclass(frozen=True, slots=True)
class EntryPart:
    """
    A committed part of an entry: HMAC-SHA-256 of `content` under `key`; both None once erased or
    kept back.
    """

    commitment: str
    key: bytes | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with an entry."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Event:
    """
    One entry of the record.

    ``seq`` counts from 0, ``at`` is the server's time in UTC (``2026-11-25T09:35:03.123456Z``). The
    contents of ``files`` are not loaded with the event; ask the store.
    """

    notice: str
    seq: int
    kind: str
    at: str
    body: EntryPart
    person: EntryPart | None = None
    files: tuple[EntryPart, ...] = ()
    #: What the clock read, where it stood before the entry ahead (it was set back); else None.
    clock: str | None = None
    #: Whether its words wait until somebody has looked: a mark of the leaf, so that everybody sees it.
    held: bool = False
    #: Of a submission, the hash of what was promised before it (`blockplan.notice.promises`), in hex.
    promise: str | None = None
    _payload: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The body as a document; empty once it is erased or where it is kept back (`known` tells)."""
        if self._payload is not None:
            return self._payload
        return {} if self.body.content is None else dict(canonical.loads(self.body.content))

    @property
    def known(self) -> bool:
        """False once the body is erased, or where a public record keeps it back."""
        return self.body.content is not None

    @property
    def key(self) -> bytes | None:
        """The random key of the body's commitment."""
        return self.body.key

    @property
    def commitment(self) -> str:
        """The body's commitment, as it stands in the log."""
        return self.body.commitment

    @property
    def opinion(self) -> str | None:
        """The opinion that the entry is about ("O-17")."""
        return f"O-{self.seq}" if self.kind == "submitted" else self.payload.get("opinion")

    @property
    def time(self) -> dt.datetime:
        """`at` as an aware datetime in UTC."""
        return parse_time(self.at)


def write_time(moment: dt.datetime) -> str:
    """
    A moment as it stands in the record: UTC, always with six decimals.

    Examples
    --------
    >>> write_time(dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-03-01T00:00:00.000000Z'
    """
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> dt.datetime:
    """The moment that `write_time` wrote; ValueError for any other form."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


def check_payload(kind: str, payload: Mapping[str, Any]) -> None:
    """
    Whether a payload has what its kind needs.

    Raises
    ------
    UsageError
        If there is no such kind, a key is missing, or one person is named as both.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no kind of entry {kind!r}. Take one of: {', '.join(sorted(KINDS))}.")
    spec = KINDS[kind]
    missing = [key for key in spec.needs if payload.get(key) is None]
    if missing:
        raise refused(UsageError, "entry_needs", kind=kind_word(kind), missing=listed(missing))
    if spec.two and str(payload["by"]).strip().casefold() == str(payload.get("second")).strip().casefold():
        raise refused(UsageError, "two_persons", kind=kind_word(kind), by=payload["by"])
    _check_words(kind, payload)


def check_two(kind: str, payload: Mapping[str, Any]) -> None:
    """UsageError where what needs two persons names one."""
    if KINDS[kind].two and not str(payload.get("second") or "").strip():
        raise refused(UsageError, "entry_needs", kind=kind_word(kind), missing="second")


def _check_words(kind: str, payload: Mapping[str, Any]) -> None:
    for key, known in (("channel", CHANNELS), ("from", SENDERS)):
        if kind == "submitted" and payload[key] not in known:
            raise refused(UsageError, "word_unknown", key=key, said=payload[key], known=listed(known))
    if kind == "answered":
        if payload["answer"].get("kind") not in ANSWERS:
            said = payload["answer"].get("kind")
            raise refused(UsageError, "answer_unknown", said=said, known=listed(ANSWERS))
        if ("segment" in payload) == ("theme" in payload):
            raise refused(UsageError, "answer_for_one")


#: Keys of an entry that do not say what somebody sent.
_OF_THE_RECORD = frozenset(
    {"opinion", "round", "late", "ends_before", "defects", "files", "source", "arrived_at"}
)


def mark(said: Mapping[str, Any], person: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> bytes:
    """A mark of what somebody sent: words, channel, day, person, objects, files by name and size."""
    told = {
        "said": {key: value for key, value in said.items() if key not in _OF_THE_RECORD and value},
        "person": {key: value for key, value in person.items() if key != "secret_sha256" and value},
        "files": [[file["name"], file["bytes"]] for file in files],
    }  # fmt: skip
    return hashlib.sha256(canonical.dumps(told)).digest()


def mark_of(event: Event) -> bytes | None:
    """The mark of a submission; None once something of it is erased."""
    if not event.known or (event.person is not None and event.person.content is None):
        return None
    person = {} if event.person is None else canonical.loads(event.person.content or b"{}")
    return mark(event.payload, person, event.payload.get("files", ()))


def was_imported(event: Event) -> bool:
    """Whether a submission came in a list."""
    return event.kind == "submitted" and "source" in event.payload
