"""
Tables of plans made ready.

A `PlanVersion` is the public package of a plan, under its content hash: a draft before it goes on notice, and
the frozen plan of a round afterwards. Everything here can be made again from the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from blockplan.portal.record.models import Notice

if TYPE_CHECKING:
    from typing import ClassVar


class PlanVersion(models.Model):
    """
    A plan package made ready for the pages of a notice.

    `document` holds what was worked out once: ``title``, ``synthetic``, ``result`` (as `check` gives it in
    JSON), ``objects`` (layer -> number of its objects that have a page), ``frozen`` (what names the plan and
    its files in the entry that opens a notice), ``tables`` (what stands in these files); and, for the office
    alone, ``drawn`` and ``parts`` (what it has), ``choice`` (what of it was withheld and added).
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE)
    #: The round of the notice that shows it; None while it is a draft.
    round = models.PositiveIntegerField(null=True)
    #: Path of the public package, inside the data folder.
    package = models.CharField(max_length=400)
    #: Path of what the office gave, and its scenario that goes out; nothing public is made of it but this.
    source = models.CharField(max_length=400, blank=True)
    scenario = models.CharField(max_length=60, blank=True)
    content_hash = models.CharField(max_length=80)
    document = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["notice", "round"], name="version_by_round")]

    def __str__(self) -> str:
        return f"{self.notice_id} round {self.round}"


class PlanObject(models.Model):
    """An object of a plan that has a page: parcel, area, zone, block, facility, stop, clause, rule ..."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, db_index=False)
    layer = models.CharField(max_length=40)
    object = models.CharField(max_length=200)
    #: {zh, en, ja}, or empty where the plan gives no name.
    title = models.JSONField(default=dict)
    #: Folded words for search.
    words = models.TextField(default="")
    min_x = models.FloatField(null=True)
    min_y = models.FloatField(null=True)
    max_x = models.FloatField(null=True)
    max_y = models.FloatField(null=True)
    #: Geometry in the plan's CRS; None for clauses and rules.
    wkb = models.BinaryField(null=True)
    #: The columns of its row, as JSON.
    properties = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "layer", "object"], name="object_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["version", "min_x", "max_x"], name="object_by_box"),
            models.Index(fields=["version", "id"], name="object_in_order"),
            models.Index(fields=["version", "layer", "id"], name="object_of_layer"),
        ]

    def __str__(self) -> str:
        return f"{self.layer}:{self.object}"
