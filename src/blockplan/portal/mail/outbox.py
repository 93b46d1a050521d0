"""
Queueing mail in the transaction of what it is about: there is no mail without it, and none is forgotten.

Nothing is queued where the office has no mail server. Who subscribes gets one mail to confirm it, and
nothing more before that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from django.conf import settings

from blockplan.notice.events import write_time
from blockplan.notice.intake.texts_in import mail_of
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.mail.models import Outgoing, Subscription
from blockplan.portal.record.models import Target

if TYPE_CHECKING:
    from blockplan.notice.events import Event

#: Entries that subscribers are told of.
NEWS = frozenset(
    {
        "opened", "extended", "corrected", "closed", "restarted", "notice_withdrawn", "published", "in_force",
        "superseded",
    }
)  # fmt: skip
#: Of these, those that whoever follows one object of the plan is told of.
NEWS_OF_OBJECTS = frozenset({"opened", "restarted", "notice_withdrawn", "published"})
#: Of these, those that whoever follows one theme of the response is told of: what becomes of its answer.
NEWS_OF_THEMES = frozenset({"restarted", "notice_withdrawn", "published", "in_force", "superseded"})
#: Opinions about an object that come within so long are told of by one mail.
GATHERED_S = 3600.0
#: A subscription that is not confirmed is forgotten.
UNCONFIRMED_DAYS = 7


def is_mail(said: str) -> bool:
    """
    Whether a contact is an e-mail address that can be written to, and nothing else.

    Examples
    --------
    >>> is_mail("li@example.org"), is_mail("010-5555 5555")
    (True, False)
    """
    return mail_of(said) == said


def sends() -> bool:
    """Whether this office sends mail at all."""
    return bool(config_of_environment().mail.host)


def queue(kind: str, to: str, lang: str, notice: str, *, opinion: str = "", **said: Any) -> None:
    """One mail more; `said` is what its words need, and never words of an opinion."""
    if sends():
        Outgoing.objects.create(
            kind=kind, to=to, lang=lang, notice_id=notice, opinion=opinion, said=said,
            due=clock.now().timestamp(),
        )  # fmt: skip


def subscribe(notice: str, to: str, lang: str, *, receipt: bool = False, **part: str) -> None:
    """
    Somebody wants to hear of a notice, or of a part of it; a mail asks to confirm it.

    Parameters
    ----------
    receipt
        Whether that mail is the receipt of the opinion too.
    part
        An `opinion` of theirs; the `layer` and id of an `object` of the plan; or a `theme` of the response.
    """
    if not sends():
        return
    row, _ = Subscription.objects.get_or_create(
        notice_id=notice,
        to=to,
        **{"opinion": "", "layer": "", "object": "", "theme": ""} | part,
        defaults={"lang": lang, "at": write_time(clock.now())},
    )
    if receipt or not row.confirmed:
        kind = "receipt" if receipt else "confirm"
        queue(kind, to, lang, notice, opinion=part.get("opinion", ""), subscription=row.pk)


def is_known(to: str) -> bool:
    """Whether somebody confirmed that mail may come to an address."""
    return Subscription.objects.filter(to=to, confirmed=True).exists()


def token_of(subscription: int) -> str:
    """What stands in the links of a subscription's mails: its number, and a seal that is ours alone."""
    seal = hmac.new(settings.SECRET_KEY.encode(), f"subscription {subscription}".encode(), hashlib.sha256)
    return f"{subscription}-{seal.hexdigest()[:40]}"


def of_token(token: str) -> Subscription | None:
    """The subscription of a link; None where there is none (any more)."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        return None
    if not hmac.compare_digest(token_of(int(number)).encode(), token.encode("utf-8", "replace")):
        return None
    return Subscription.objects.filter(pk=int(number)).first()


def take(sender: str, event: Event, **_more: Any) -> None:
    """An entry was made: subscribers are to be told, and with what was erased its mail goes."""
    if event.kind in NEWS and sends():
        queue("all", "", "", sender, event=event.kind, seq=event.seq)
    if event.kind in {"submitted", "shown"} and event.opinion and sends():
        _tell_of(sender, int(event.opinion.removeprefix("O-")))
    if event.kind == "erased" and event.opinion:
        Outgoing.objects.filter(notice_id=sender, opinion=event.opinion).delete()
        Subscription.objects.filter(notice_id=sender, opinion=event.opinion).delete()


def _tell_of(notice: str, seq: int) -> None:
    """
    An opinion came in, or somebody has looked at it: whoever follows what it is about is to be told.

    Whether it can be seen is asked when the mail is put to its readers, within the hour.
    """
    for layer, id_ in Target.objects.filter(notice_id=notice, seq=seq).values_list("layer", "object"):
        followed = Subscription.objects.filter(notice_id=notice, layer=layer, object=id_, confirmed=True)
        if not followed.exists():
            continue
        waiting = Outgoing.objects.filter(
            kind="all", notice_id=notice, said__layer=layer, said__object=id_, said__after=None
        )
        if not waiting.exists():
            Outgoing.objects.create(
                kind="all", notice_id=notice, due=clock.now().timestamp() + GATHERED_S,
                said={"event": "about", "layer": layer, "object": id_, "since": seq, "after": None},
            )  # fmt: skip


def sweep() -> int:
    """Forget subscriptions that nobody confirmed; gives back how many."""
    if not clock.steady():
        return 0
    limit = write_time(clock.now() - dt.timedelta(days=UNCONFIRMED_DAYS))
    gone, _ = Subscription.objects.filter(confirmed=False, at__lt=limit).delete()
    return gone
