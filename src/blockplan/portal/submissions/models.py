"""Tables of opinions on their way in; nothing here is part of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from blockplan.portal.record.models import MOMENT, Notice

if TYPE_CHECKING:
    from typing import ClassVar


class Sending(models.Model):
    """A form that was sent, and the opinion it became: sent again, it is no second opinion."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    #: SHA-256 of the form's key, in hex.
    form = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    at = models.CharField(max_length=MOMENT, db_index=True)
    #: Of all that was sent, by `blockplan.portal.submissions.idempotency`.
    seal = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "form"], name="form_sent_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}/O-{self.seq}"


class OpinionDraft(models.Model):
    """A form that is not sent yet; who has its link has it, and after `expires` nobody."""

    #: SHA-256 of the token of its link, in hex.
    digest = models.CharField(max_length=64, primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, db_index=False, related_name="+")
    #: What was filled in, sealed under a key that is made of the token.
    data = models.JSONField(default=dict)
    #: The opinion that it is to amend: erased with it.
    opinion = models.CharField(max_length=24, default="", blank=True)
    #: Of its files together.
    bytes = models.PositiveBigIntegerField(default=0)
    expires = models.CharField(max_length=MOMENT, default="", db_index=True)

    def __str__(self) -> str:
        return f"draft of {self.notice_id}"


class Bucket(models.Model):
    """A token bucket, under a hash of whose it is; see `blockplan.portal.submissions.rate_limits`."""

    key = models.CharField(max_length=120, primary_key=True)
    tokens = models.FloatField(default=0.0)
    #: Seconds; None while nobody took anything.
    at = models.FloatField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key


class Spent(models.Model):
    """A solved challenge, so that it is taken once."""

    nonce = models.CharField(max_length=64, primary_key=True)
    #: Seconds; afterwards it is worth nothing anyway.
    until = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return self.nonce
