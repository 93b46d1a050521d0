"""
Taking opinions in, and letting their submitters amend and withdraw them.

Who submits gets a secret (140 bits) beside the receipt; with it, and without an account, the opinion can be
amended while the period runs, and withdrawn. Only its SHA-256 is kept, with the personal data.

What of a list of opinions is in the record already, so that a list sent twice is entered once.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.access_codes import access_code, as_given_out, digest_of_secret
from blockplan.notice.disclosure import CARRIED, ORIGINAL, SHOWS_WORDS, waits_still
from blockplan.notice.events import (
    CHANNELS,
    KINDS,
    LONGEST_WAY,
    Attachment,
    mark,
    mark_of,
    parse_time,
    write_time,
)
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.proof import canonical
from blockplan.notice.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.store import Store

LARGEST_TEXT = LIMITS.text_characters
LARGEST_FILES_BYTES = LIMITS.files_bytes
#: What an ordinance may ask for, and whether it stands with the person or in the opinion.
ABOUT_PERSON = ("name", "address", "contact", "standing")
#: What is compared with where there is no such opinion, so that the answer takes as long.
_NOBODY = canonical.dumps({"secret_sha256": "0" * 64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """
    An opinion as it comes in.

    Attributes
    ----------
    channel, sender
        Of `CHANNELS`; "public" or "agency".
    more
        Optional keys of the payload: title, language, targets, clause, geometry, received_at, reason ...
    person
        Name, address, contact, standing: kept apart, never published.
    """

    text: str
    channel: str = "web"
    sender: str = "public"
    more: Mapping[str, Any] = field(default_factory=dict)
    person: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Attachment] = ()
    #: When it reached us, before any lock or queue; None takes the moment at which it is entered.
    arrived: dt.datetime | None = None

    def check(self) -> None:
        """UsageError where there are no words and no file, or too many of either."""
        if not self.text.strip() and not self.files:
            raise refused(UsageError, "opinion_empty")
        if len(self.text) > LARGEST_TEXT:
            raise refused(UsageError, "opinion_long", signs=f"{len(self.text):,}", most=f"{LARGEST_TEXT:,}")
        if sum(len(file.content) for file in self.files) > LARGEST_FILES_BYTES:
            raise refused(UsageError, "opinion_files_large", most=f"{LARGEST_FILES_BYTES:,}")


def submit(store: Store, opinion: Submission) -> tuple[Event, str]:
    """
    Take an opinion in; gives back the entry and the submitter's secret.

    Raises
    ------
    UsageError
        If there is nothing in it, or too much.
    NoticeStateError
        If no opinions are taken in: before the notice opens, or once the answers are published.
    """
    opinion.check()
    if opinion.arrived is None:
        opinion = replace(opinion, arrived=store.now())
    secret = access_code()
    return store.transact(lambda ledger: enter(ledger, opinion, secret)), secret


def submit_many(store: Store, opinions: Sequence[Submission]) -> list[tuple[Event, str]]:
    """Take several opinions in: all of them, or none."""
    return store.transact(lambda ledger: enter_many(ledger, opinions))


def enter_many(ledger: Ledger, opinions: Sequence[Submission]) -> list[tuple[Event, str]]:
    """The same inside a piece of work that does more; an error names the number in the list."""
    found = []
    for number, one in enumerate(opinions, 1):
        try:
            one.check()
            secret = access_code()
            found.append((enter(ledger, one, secret), secret))
        except UsageError as error:
            said = error.text or str(error)
            raise refused(UsageError, "one_of_many", why=said, number=number, count=len(opinions)) from None
    return found


def enter(
    ledger: Ledger, opinion: Submission, secret: str, *, held: bool = False, promise: str | None = None
) -> Event:
    """
    The same as `submit` inside a piece of work that does more; the caller has called ``opinion.check()``.

    Parameters
    ----------
    secret
        What the submitter is given to follow, amend and withdraw the opinion; at least 128 random bits.
    held
        Whether its words wait until somebody has looked (an entry ``shown``).
    promise
        Hash of what was promised of it before (`blockplan.notice.promises`).
    """
    payload: dict[str, Any] = {
        **{key: value for key, value in opinion.more.items() if value not in (None, "", [])},
        "text": opinion.text,
        "channel": opinion.channel,
        "from": opinion.sender,
    }
    defects = [name for name in ledger.standing.opened.get("wants", []) if not _given(opinion, name)]
    if defects:
        payload["defects"] = defects
    arrived = None if CHANNELS[opinion.channel] else _arrived(ledger, opinion.arrived)
    if arrived is not None:
        payload["arrived_at"] = arrived
    person = {**opinion.person, "secret_sha256": digest_of_secret(secret)}
    return ledger.append(
        "submitted", payload, person=person, attachments=opinion.files, held=held, promise=promise
    )


def _arrived(ledger: Ledger, moment: dt.datetime | None) -> str | None:
    """
    When something reached us, where that was before it is entered; None, too, where it waited for longer than
    any queue lasts.
    """
    if moment is None or ledger.set_back:  # what a clock said that was set back brings no period back
        return None
    arrived = write_time(moment)
    way = parse_time(ledger.now) - parse_time(arrived)
    return arrived if dt.timedelta(0) < way <= LONGEST_WAY else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """
    What stands in the place of an opinion from now on.

    Attributes
    ----------
    more
        Keys of `CARRIED` with other values; an empty one takes it out, what is not named stays.
    files
        All files that it has; None leaves those that it has.
    of
        Number of the entry whose words the submitter saw; None takes what stands.
    """

    text: str
    more: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Attachment] | None = None
    of: int | None = None
    #: When it reached us, before any lock or queue; None takes the moment at which it is entered.
    arrived: dt.datetime | None = None


def amend(
    store: Store, number: str, new: str | Amendment, *, secret: str | None = None, by: str | None = None,
    **more: Any,
) -> Event:  # fmt: skip
    """
    Put another opinion in the place of one, while the period runs.

    The entry holds all that stands from now on, files too, so that nobody has to look for it in what was
    replaced.

    Parameters
    ----------
    new
        Another text, with `more` as in `Amendment`; or all of it.
    secret, by
        The submitter's secret, or the clerk who does it at the submitter's wish.

    Raises
    ------
    UsageError
        If the secret is not the right one, there is nothing in it, or too much.
    NoticeStateError
        If the period is over, or the words are not those any more that the submitter saw.
    """
    _check_who(secret, by)
    new = Amendment(text=new, more=more) if isinstance(new, str) else new
    moment = new.arrived or store.now()
    before = newest_words(store, number)
    said = before.payload if before is not None else {}
    # A clerk's words are open at once: what nobody has looked at yet does not come along with them.
    carried = None if by is not None and waits_still(store.events(about=number)) else before
    files = files_of(store, carried) if new.files is None else list(new.files)
    Submission(text=new.text, files=files).check()
    kept = {} if carried is None else {key: said[key] for key in CARRIED if key in said}
    payload = {"opinion": number, **kept, **new.more, "text": new.text}

    def work(ledger: Ledger) -> Event:
        if secret is not None:
            _check_secret(ledger, number, secret)
        now = newest_words(ledger, number)
        if before is not None and now is not None and now.seq != (before.seq if new.of is None else new.of):
            raise refused(NoticeStateError, "amended_meanwhile", opinion=number, newest=now.seq)
        lacks = _lacking(ledger, said.get("defects", ()), payload)
        arrived = _arrived(ledger, moment) if by is None else None
        whole = payload | ({"defects": lacks} if lacks else {}) | ({} if by is None else {"by": by})
        whole |= {"arrived_at": arrived} if arrived else {}
        return ledger.append("amended", whole, attachments=files)

    return store.transact(work)


def newest_words(record: Store | Ledger, number: str) -> Event | None:
    """The entry with the newest words of a submitter; None where there is no such opinion."""
    return max(record.events(ORIGINAL, about=number), key=lambda event: event.seq, default=None)


def files_of(store: Store, event: Event | None) -> list[Attachment]:
    """The files of an entry, as an entry takes them; without those that were erased."""
    found: list[Attachment] = []
    if event is None:
        return found
    for at, file in enumerate(event.payload.get("files", ())):
        content = store.file(event.seq, at)
        if content is not None:
            found.append(Attachment(str(file["name"]), str(file["media_type"]), content))
    return found


def _lacking(ledger: Ledger, before: Sequence[str], payload: Mapping[str, Any]) -> list[str]:
    """What an ordinance asks for and an amended opinion lacks; of the person as it was."""
    wants = ledger.standing.opened.get("wants", [])
    return [name for name in wants if (name in before if name in ABOUT_PERSON else not payload.get(name))]


def withdraw(
    store: Store, number: str, *, secret: str | None = None, by: str | None = None, reason: str | None = None
) -> Event:
    """
    Take an opinion back; it stays in the record as withdrawn, and is not published.

    Why, if the submitter says so, is kept with what is personal: nobody has looked at these words, and they
    go when the opinion is erased.
    """
    return store.transact(
        lambda ledger: enter_withdrawal(ledger, number, secret=secret, by=by, reason=reason)
    )


def enter_withdrawal(
    ledger: Ledger, number: str, *, secret: str | None = None, by: str | None = None,
    reason: str | None = None,
) -> Event:  # fmt: skip
    """The same as `withdraw` inside a piece of work that does more."""
    _check_who(secret, by)
    if secret is not None:
        _check_secret(ledger, number, secret)
    payload = {"opinion": number} | ({} if by is None else {"by": by})
    return ledger.append("withdrawn", payload, person={"reason": reason} if reason else None)


def erase(store: Store, number: str, *, ground: str, by: str, person_only: bool = False) -> Event:
    """
    Erase what somebody sent, in every entry about the opinion: words, files, name and address, and their
    keys.

    The commitments stay, so that every proof still holds; nothing can be guessed back from them. Where words
    of opinions are published, the files of a published report go too: they may quote it. Their hashes stay,
    and the report can be made anew without it.

    Parameters
    ----------
    person_only
        True erases name, address and contact, and leaves the words.
    """
    return store.transact(
        lambda ledger: enter_erasure(ledger, number, ground=ground, by=by, person_only=person_only)
    )


def enter_erasure(ledger: Ledger, number: str, *, ground: str, by: str, person_only: bool = False) -> Event:
    """The same as `erase` inside a piece of work that does more."""
    parts = ["person"] if person_only else ["body", "person", "files"]
    about = list(ledger.events(about=number))
    events = [event for event in about if KINDS[event.kind].words or event.person is not None]
    if not events:
        raise refused(UsageError, "no_opinion", opinion=number)
    entries: list[dict[str, Any]] = [
        {"seq": event.seq, "parts": parts if KINDS[event.kind].words else ["person"]} for event in events
    ]
    if not person_only and events[0].known:
        entries[0]["late"] = events[0].payload["late"]  # that it was late, or not, is still counted
    if not person_only:
        entries += _quoting(ledger)
    return ledger.append("erased", {"opinion": number, "entries": entries, "ground": ground, "by": by})


def _quoting(ledger: Ledger) -> list[dict[str, Any]]:
    """Files that may quote opinions and are still there, as an entry ``erased`` names them."""
    if ledger.standing.opened.get("publication") not in SHOWS_WORDS:
        return []
    kinds = {name for name, kind in KINDS.items() if kind.quotes}
    found = [event for event in ledger.events(kinds) if any(file.key is not None for file in event.files)]
    return [{"seq": event.seq, "parts": ["files"]} for event in found]


def _check_who(secret: str | None, by: str | None) -> None:
    if (secret is None) == (by is None):
        raise UsageError(
            "Give the submitter's secret, or the name of the clerk who acts at the submitter's wish."
        )


def holds_secret(first: Event | None, secret: str) -> bool:
    """Whether a secret is that of an opinion; the same work is done where there is no such opinion."""
    return secret_of(first, secret) is not None


def secret_of(first: Event | None, said: str) -> str | None:
    """The secret of an opinion as it was given out, of what somebody typed; None where that is another."""
    content = first.person.content if first is not None and first.person is not None else None
    kept = canonical.loads(content or _NOBODY)["secret_sha256"]
    own = [one for one in as_given_out(said) if hmac.compare_digest(kept, digest_of_secret(one))]
    return own[0] if own and content is not None else None


def _check_secret(ledger: Ledger, number: str, secret: str) -> None:
    first = next(ledger.events({"submitted"}, about=number), None)
    content = first.person.content if first is not None and first.person is not None else None
    if content is None:
        raise refused(NoticeStateError, "no_secret", opinion=number)
    if not holds_secret(first, secret):
        raise refused(UsageError, "secret_wrong", opinion=number)


def _given(opinion: Submission, name: str) -> bool:
    return bool((opinion.person if name in ABOUT_PERSON else opinion.more).get(name))


def new_of(record: Store | Ledger, opinions: Sequence[Submission]) -> list[bool]:
    """
    For each opinion of a list whether it is still to be entered.

    Two are the same where words, channel, day of arrival, person, objects, and names and sizes of files are.
    Of rows that are equal to each other as many count as known as the record holds: ten equal letters
    are ten opinions, and sent again they are the same ten.

    Notes
    -----
    Of rows that were erased a keyed mark stayed (`blockplan.notice.events`); they are not entered again.
    """
    there = Counter(known for event in record.events({"submitted"}) if (known := mark_of(event)) is not None)
    marks = [
        mark(
            {"text": one.text, "channel": one.channel, "from": one.sender} | dict(one.more), one.person,
            [{"name": file.name, "bytes": len(file.content)} for file in one.files],
        )
        for one in opinions
    ]  # fmt: skip
    there += record.erased_marks(set(marks))
    found = []
    for one in marks:
        found.append(there[one] == 0)
        there[one] -= there[one] > 0
    return found


def submit_new(store: Store, opinions: Sequence[Submission]) -> list[tuple[Event, str] | None]:
    """Take in what of a list is not there yet, all of it or none; None for what the record has already."""

    def work(ledger: Ledger) -> list[tuple[Event, str] | None]:
        fresh = new_of(ledger, opinions)
        made = iter(enter_many(ledger, [one for one, new in zip(opinions, fresh, strict=True) if new]))
        return [next(made) if new else None for new in fresh]

    return store.transact(work)


def source_of(event: Event) -> str | None:
    """SHA-256 of the list that an opinion was entered from."""
    source = event.payload.get("source")
    return source.get("sha256") if isinstance(source, dict) else None
