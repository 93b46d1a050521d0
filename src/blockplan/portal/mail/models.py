"""Tables of mail: no words of opinions stand here, and no address longer than it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from blockplan.portal.record.models import MOMENT, Notice

if TYPE_CHECKING:
    from typing import ClassVar


class Outgoing(models.Model):
    """A mail that is not sent yet; the row goes with the sending. Its words are written when it is sent."""

    #: One of `blockplan.portal.mail.letters.LETTERS`, or ``all``: to be put to every subscriber.
    kind = models.CharField(max_length=20)
    to = models.CharField(max_length=254, blank=True)
    lang = models.CharField(max_length=2, default="en")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, db_index=False)
    #: The opinion that it is about: erased with it.
    opinion = models.CharField(max_length=24, default="", blank=True, db_index=True)
    said = models.JSONField(default=dict)
    tries = models.PositiveIntegerField(default=0)
    #: Seconds; not before this. While somebody sends it, the moment at which others may try.
    due = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.notice_id}"


class Outlet(models.Model):
    """One row: whether sending stands still, since when, and why (`blockplan.portal.mail.sender`)."""

    #: Where it went wrong, by a key of ``mail.halt``; empty while mail goes out.
    step = models.CharField(max_length=12, default="", blank=True)
    #: The server's codes, and none of its words, which may hold an address.
    code = models.CharField(max_length=20, default="", blank=True)
    since = models.CharField(max_length=MOMENT, default="", blank=True)
    tries = models.PositiveIntegerField(default=0)
    #: Seconds; nothing is tried before this.
    until = models.FloatField(default=0.0)
    #: Seconds; when the server took the last mail.
    taken = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.step or "mail goes out"


class Subscription(models.Model):
    """
    Somebody who wants to hear of a notice, of an opinion of their own, of one object of the plan, or of one
    theme of the response; counts once confirmed.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, db_index=False)
    opinion = models.CharField(max_length=24, default="", blank=True)
    #: The object of the plan that it is about; empty for all of the notice.
    layer = models.CharField(max_length=40, default="", blank=True)
    object = models.CharField(max_length=200, default="", blank=True)
    #: The theme of the response that it is about; empty for all of the notice.
    theme = models.CharField(max_length=24, default="", blank=True)
    to = models.CharField(max_length=254)
    lang = models.CharField(max_length=2)
    at = models.CharField(max_length=MOMENT, db_index=True)
    confirmed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["notice", "opinion", "layer", "object", "theme", "to"], name="subscribed_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["notice", "layer", "object", "id"], name="subscribed_by_object")
        ]

    def __str__(self) -> str:
        return f"subscription to {self.notice_id} {self.opinion}".strip()
