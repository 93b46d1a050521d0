"""
Taking one opinion in: the one way for the form, the API and whoever comes later.

::

    receipt = take("demo", Said(opinion=Opinion(text="More trees, please."), form=key))
    receipt.opinion, receipt.late, receipt.secret, receipt.document

`form` is a key of the sender's own choice, at least 128 random bits: the same key, sent twice or by two
requests at once, is one opinion and gets the same receipt and the same secret. With anything else in it the
same key is refused (`blockplan.portal.submissions.idempotency`). Files are on the disk before
the record is locked, so that nobody waits for somebody's upload, and after it is seen that there is room.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error as DatabaseError

from blockplan.errors import BlockplanError, UsageError
from blockplan.notice import submissions
from blockplan.notice.access_codes import access_code, digest_of_secret
from blockplan.notice.events import CHANNELS, write_time
from blockplan.notice.leaves import leaf
from blockplan.notice.promises import digest_of
from blockplan.notice.proof.merkle import leaf_hash
from blockplan.notice.receipts import receipt, receipt_with_later
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.mail import outbox
from blockplan.portal.record import single_rows
from blockplan.portal.record.files import Files
from blockplan.portal.record.index import numbers_of
from blockplan.portal.record.models import Entry
from blockplan.portal.record.models import Opinion as Row
from blockplan.portal.record.store import UnavailableError, open_store
from blockplan.portal.submissions import promised, rate_limits
from blockplan.portal.submissions.idempotency import KeyUsedError, require_same, seal_of
from blockplan.portal.submissions.models import Sending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.portal.record.store import DatabaseStore

#: A key of a form is as hard to guess as a secret, since the secret is made of it.
SHORTEST_KEY = 22
#: For so long the same form gets the same receipt.
KEPT_DAYS = 30
LOG = logging.getLogger("blockplan.portal.submissions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    An opinion as somebody sends it.

    Attributes
    ----------
    opinion
        Words, files, person: `blockplan.notice.submissions.Submission`. Files must have gone through
        `blockplan.notice.intake.uploads` before.
    form
        The sender's key against sending twice (`new_form` makes one).
    mail
        Where receipt and answer are sent, with a way to end it in each mail; empty sends none.
    solution
        A solved challenge (`rate_limits.challenge_for`), Base64 as the widget sends it. Without one, or with
        one that is wrong, old or spent, the opinion is in the record like every other, and is shown to others
        only after a clerk has looked.
    sender
        What stands for the sender's address (`rate_limits.sender_of`); None where no limit is to hold.
    proved
        True where a clerk enters it, who has looked already.
    """

    opinion: submissions.Submission
    form: str = field(repr=False)
    mail: str = field(default="", repr=False)
    solution: str | None = field(default=None, repr=False)
    sender: str | None = field(default=None, repr=False)
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """
    What a submitter is given.

    Attributes
    ----------
    opinion, number, seq, at, arrived
        What the record calls it ("O-17"), its number from 1, that of its entry, the server's time as in the
        record, and when it reached the service, which is compared with the end.
    late, ends_before
        Whether it came after the end, and the moment that it was compared with.
    defects
        What the law of the place asks for and was not given; it was taken in all the same.
    leaf
        Hash of its leaf in the tree, in hex.
    secret
        To follow, amend and withdraw it; None once it was erased with the person.
    held
        Whether a clerk looks before others see it.
    document
        The receipt itself, `blockplan.notice.receipts`: leaf, proof, checkpoint, key.
    """

    notice: str
    opinion: str
    number: int
    seq: int
    at: str
    arrived: str
    late: bool
    ends_before: str
    defects: tuple[str, ...]
    leaf: str
    secret: str | None = field(repr=False)
    held: bool
    document: Mapping[str, Any] = field(repr=False)


def new_form() -> str:
    """A key for one form."""
    return secrets.token_urlsafe(24)


def take(notice: str, said: Said) -> Receipt:
    """
    Take an opinion in; when this returns, it is on the disk and signed over.

    Raises
    ------
    UsageError
        If there is nothing in it or too much, the key of the form is too short, or there is no such notice.
    NoticeStateError
        If the notice takes no opinions in now.
    KeyUsedError
        If something else was entered under this key before.
    BusyError
        If too much came from this sender; nothing was entered, and it says when to come back.
    PromisedError
        If the database stood still, and the opinion is on the disk to be entered: what the sender is given.
    UnavailableError
        If the database or the disk cannot be used now; its `entered` says what became of the opinion.
    """
    if len(said.form) < SHORTEST_KEY:
        raise UsageError(
            f"The key of the form has {len(said.form)} signs; it is what the secret is made of. "
            f"Take {SHORTEST_KEY} random ones or more."
        )
    said.opinion.check()
    store = open_store(notice)
    if said.opinion.arrived is None:
        said = replace(said, opinion=replace(said.opinion, arrived=store.now()))
    proof = rate_limits.proof_of(notice, said.solution)
    seal = seal_of(said.form, said.opinion, said.mail)
    waits = promised.find(notice, said.form)
    if waits is None:
        made = _promise(store, said.opinion, secret_of(notice, said.form))
    else:  # it came before, and is entered as it was promised then
        require_same(waits.seal, seal)
        made, said = waits.promise, replace(said, opinion=waits.opinion)
    try:
        return _taken(store, said, proof, seal, made)
    except UnavailableError as error:
        if made is None or not error.passing:
            raise
        held = not (said.proved or proof is not None)
        wait = promised.Waiting(
            notice=notice, form=said.form, opinion=said.opinion, seal=seal, mail=said.mail, held=held,
            promise=made,
        )  # fmt: skip
        if not promised.keep(store, wait):
            raise
        raise promised.PromisedError(made, secret_of(notice, said.form)) from error


def _taken(
    store: DatabaseStore, said: Said, proof: rate_limits.WorkProof | None, seal: str,
    made: Mapping[str, Any] | None,
) -> Receipt:  # fmt: skip
    def enter() -> Event:
        return store.transact(lambda ledger: _enter_once(ledger, said, proof, seal, made))

    if not said.opinion.files:
        return _given(store, enter(), said.form)
    before = again(store.notice, said.form, seal)
    if before is not None:
        return before
    if said.sender is not None:
        rate_limits.require_likely_room(said.sender, store.notice, proved=said.proved or proof is not None)
    with _files_first(store, said.opinion):
        event = enter()
    return _given(store, event, said.form)


def enter_waiting() -> int:
    """Enter what was promised and waits; gives back how many. What cannot be entered yet stays."""
    promised.drop_halves()
    return sum(_entered(path) for path in promised.waiting())


def _entered(path: Path) -> bool:
    """Enter what waits in a file; whether that could be done now."""
    try:
        one = promised.read(path)
        store = open_store(one.notice)
        with _files_first(store, one.opinion):
            store.transact(lambda ledger: _keep_promise(ledger, one))
    except FileNotFoundError:  # another process has entered it
        return False
    except BlockplanError as error:
        LOG.warning("%s: an opinion that was promised is not entered yet: %s", path.parent.name, error)
        return False
    promised.done(one.notice, one.form)
    return True


def _keep_promise(ledger: Ledger, one: promised.Waiting) -> None:
    """
    Enter what was promised, where no entry bears its promise yet: one may come from a receipt, after a loss.

    Where something else had been entered under the same key of a form, which nobody could see while the
    database stood still, this is one more opinion: it was promised.
    """
    digest = digest_of(one.promise)
    if (
        single_rows.find(Entry, ["seq"], notice_id=ledger.notice, kind="submitted", promise=digest)
        is not None
    ):
        return
    said = Said(opinion=one.opinion, form=one.form, mail=one.mail, proved=not one.held)
    try:
        _enter_once(ledger, said, None, one.seal, one.promise)
    except KeyUsedError:
        _enter(ledger, said, None, one.promise)


def was_sent(notice: str, form: str) -> bool:
    """Whether a form was sent before under this key."""
    return single_rows.find(Sending, ["seq"], notice_id=notice, form=digest_of_secret(form)) is not None


@contextmanager
def _files_first(store: DatabaseStore, opinion: submissions.Submission) -> Iterator[None]:
    """Files are on the disk before the record is locked, and taken away where they were not entered."""
    files = Files(config_of_environment().files)
    names: list[str] = []
    try:
        for file in opinion.files:
            names.append(files.put(file.content))  # a second `put`, under the lock, finds it there
        yield
    except BaseException:
        with suppress(UnavailableError):  # then the hourly sweep does it
            store.transact(lambda _ledger: files.drop_unspoken(names))
        raise


def again(notice: str, form: str, seal: str = "") -> Receipt | None:
    """
    The receipt of a form that was sent before; None where it was not.

    Raises
    ------
    KeyUsedError
        If the form was sent with something else in it than what `seal` is of.
    """
    sent = Sending.objects.filter(notice_id=notice, form=digest_of_secret(form)).first()
    if sent is None:
        return None
    require_same(sent.seal, seal)
    store = open_store(notice)
    return _given(store, next(store.events({"submitted"}, about=f"O-{sent.seq}")), form)


def receipt_of(
    store: DatabaseStore, event: Event, *, secret: str | None = None, holder: str | None = None
) -> Receipt:
    """
    The receipt of an opinion that is in the record, against the newest checkpoint.

    Parameters
    ----------
    holder
        The secret as its holder gave it: the receipt then brings along what was promised before entry.
    """
    checkpoint = store.covering(event.seq)
    payload, name = event.payload, f"O-{event.seq}"
    return Receipt(
        notice=store.notice,
        opinion=name,
        number=numbers_of(store.notice, [name])[name],
        seq=event.seq,
        at=event.at,
        arrived=str(payload.get("arrived_at", event.at)),
        # Late by a wrong clock alone is no more late once that was corrected.
        late=bool(payload.get("late")) and _row(store, event, "late") is not False,
        ends_before=str(payload.get("ends_before", "")),
        defects=tuple(payload.get("defects", ())),
        leaf=leaf_hash(leaf(event)).hex(),
        secret=secret,
        held=event.held and _row(store, event, "held") is True,
        document=receipt(event, store, checkpoint, store.notary.verifier) | _promised(store, event, holder),
    )


def whole_receipt(store: DatabaseStore, opinion: str, holder: str | None = None) -> dict[str, Any]:
    """The receipt of an opinion as a document, with what was put in its place since; `holder` as above."""
    about = list(store.events(about=opinion))
    checkpoint = store.covering(max(event.seq for event in about))
    document = receipt_with_later(about, store, checkpoint, store.notary.verifier)
    return document | _promised(store, about[0], holder)


def _promised(store: DatabaseStore, event: Event, holder: str | None) -> dict[str, Any]:
    made = None if holder is None else promised.again(store, event, holder)
    return {} if made is None else {"promise": made}


def _row(store: DatabaseStore, event: Event, column: str) -> bool | None:
    """What the index says of an opinion now; SQLite knows no booleans."""
    found = single_rows.find(Row, [column], notice_id=store.notice, seq=event.seq)
    return None if found is None or found[0] is None else bool(found[0])


def secret_of(notice: str, form: str) -> str:
    """The submitter's access code: made of the form's key, so that the same form gets the same one."""
    made = hmac.new(
        settings.SECRET_KEY.encode(), f"opinion\n{notice}\n{form}".encode("utf-8", "replace"), hashlib.sha256
    )
    return access_code(int.from_bytes(made.digest()))


def sweep() -> int:
    """Forget forms that nobody sends again, after 30 days; gives back how many."""
    if not clock.steady():
        return 0
    limit = write_time(clock.now() - dt.timedelta(days=KEPT_DAYS))
    gone, _ = Sending.objects.filter(at__lt=limit).delete()
    return gone


def _given(store: DatabaseStore, event: Event, form: str) -> Receipt:
    secret = secret_of(store.notice, form)
    try:
        own = submissions.holds_secret(event, secret)
        return _with_secret(store, event, form, secret if own else None)
    except DatabaseError as error:
        told = UnavailableError(str(error), entered=True)
        told.passing = True
        raise told from error


def _with_secret(store: DatabaseStore, event: Event, form: str, secret: str | None) -> Receipt:
    made = receipt_of(store, event, secret=secret, holder=secret)
    promised.done(store.notice, form)
    return made


def _promise(store: DatabaseStore, opinion: submissions.Submission, secret: str) -> Mapping[str, Any] | None:
    """What is promised of it; of what a clerk enters, who hands over a receipt, nothing."""
    if opinion.arrived is None or CHANNELS[opinion.channel]:
        return None
    return promised.made_for(store, opinion, opinion.arrived, secret)


def _enter_once(
    ledger: Ledger, said: Said, proof: rate_limits.WorkProof | None, seal: str, made: Mapping[str, Any] | None
) -> Event:  # fmt: skip
    digest = digest_of_secret(said.form)
    sent = single_rows.find(Sending, ["seq", "seal"], notice_id=ledger.notice, form=digest)
    if sent is not None:
        require_same(sent[1], seal)
        return next(ledger.events({"submitted"}, about=f"O-{sent[0]}"))
    event = _enter(ledger, said, proof, made)
    single_rows.insert(Sending, notice_id=ledger.notice, form=digest, seq=event.seq, at=event.at, seal=seal)
    return event


def _enter(
    ledger: Ledger, said: Said, proof: rate_limits.WorkProof | None, made: Mapping[str, Any] | None
) -> Event:
    proved = said.proved or (proof is not None and proof.spend())
    if said.sender is not None:
        rate_limits.require_room(said.sender, ledger.notice, proved=proved)
    secret = secret_of(ledger.notice, said.form)
    digest = None if made is None else digest_of(made)
    event = submissions.enter(ledger, said.opinion, secret, held=not proved, promise=digest)
    if said.mail and rate_limits.may_mail(said.mail):
        lang = str(said.opinion.more.get("language") or "en")
        outbox.subscribe(ledger.notice, said.mail, lang, opinion=f"O-{event.seq}", receipt=True)
    return event
