"""What became of each opinion in the published consultation report, made again with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from typing import ClassVar


class OpinionAnswers(models.Model):
    """The answers to one opinion, point by point, without its words."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, db_index=False)
    seq = models.PositiveBigIntegerField()
    #: [{segment, theme {title}, answer {kind, reason, ...}, own}]
    points = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "seq"], name="answers_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}/O-{self.seq}"
