"""
Tables of the record: what `blockplan.notice.ledger.Rows` asks for, and an index of opinions for paging.

Moments are the record's own strings (UTC, six decimals), so that what is signed, compared and shown is
one and the same. Words stand in one place only, the body of their entry, under a key of their own
(`blockplan.portal.record.sealing`).
"""

from __future__ import annotations

from django.db import models

MOMENT = 27  # len("2026-11-25T09:35:03.123456Z")


class Notice(models.Model):
    """
    A notice; from `state` on derived from its entries, for lists.

    It is also the lock: whoever enters something first locks this row (PostgreSQL) or the database (SQLite).
    """

    id = models.SlugField(primary_key=True, max_length=60)
    state = models.CharField(max_length=20, default="draft")
    round = models.PositiveIntegerField(default=0)
    zone = models.CharField(max_length=60, default="UTC")
    begins = models.CharField(max_length=MOMENT, default="")
    ends_before = models.CharField(max_length=MOMENT, default="")
    #: The payload of the newest ``opened``, its period as last extended.
    opened = models.JSONField(default=dict)
    #: Only of a row that was made to be looked at before the notice opens, and is never saved: its plan.
    draft_plan: models.Model | None = None

    @property
    def preview(self) -> bool:
        """Whether this is a draft as it would be were it open."""
        return self.draft_plan is not None

    class Meta:
        indexes = (models.Index(fields=["state", "ends_before"], name="notice_by_state"),)

    def __str__(self) -> str:
        return self.id


class Entry(models.Model):
    """An entry: commitments, and keys and contents until they are erased; words and names are sealed."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    at = models.CharField(max_length=MOMENT)
    clock = models.CharField(max_length=MOMENT, null=True)
    opinion = models.CharField(max_length=24, null=True)
    body = models.CharField(max_length=80)
    body_key = models.BinaryField(null=True)
    body_content = models.BinaryField(null=True)
    person = models.CharField(max_length=80, null=True)
    person_key = models.BinaryField(null=True)
    person_content = models.BinaryField(null=True)
    files = models.PositiveIntegerField(default=0)
    #: Whether its words wait until somebody has looked, as its leaf says.
    held = models.BooleanField(default=False)
    #: Hash of what was promised before it was entered.
    promise = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notice", "seq"], name="entry_once"),)
        indexes = (
            models.Index(fields=["notice", "kind", "seq"], name="entry_by_kind"),
            models.Index(fields=["notice", "opinion", "seq"], name="entry_by_opinion"),
        )

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.seq} {self.kind}"


class EntryFile(models.Model):
    """A file of an entry; its bytes lie in the folder of files under their SHA-256."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)
    key = models.BinaryField(null=True)
    #: Empty once erased.
    sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notice", "seq", "number"], name="file_once"),)

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.seq}/{self.number}"


class Erasure(models.Model):
    """An entry ``erased``, and what is still to be taken away of what it speaks of; see `erasure`."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    opinion = models.CharField(max_length=24, blank=True)
    #: Whether words go, or the person alone.
    words = models.BooleanField(default=False)
    #: Keys to be destroyed, [number of the entry, part].
    keys = models.JSONField(default=list)
    #: SHA-256 of files to be dropped where no other entry speaks of them.
    files = models.JSONField(default=list)
    #: What was left at the last try: ``keys``, ``files``, ``copies``, ``made``, ``log``, by spaces.
    left = models.CharField(max_length=60, default="keys files copies made log")
    tries = models.PositiveIntegerField(default=0)
    #: When nothing was left any more.
    done_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notice", "seq"], name="erasure_once"),)

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.seq} of {self.opinion}"


class ErasedMark(models.Model):
    """The keyed mark of a row of a list that was erased: it is not entered again from a changed list."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=["notice", "digest"], name="erased_mark"),)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.digest[:8]}"


class Node(models.Model):
    """A complete node of a notice's tree."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    digest = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notice", "level", "index"], name="node_once"),)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed checkpoint."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    size = models.PositiveBigIntegerField()
    note = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notice", "size"], name="checkpoint_once"),)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.size}"


class Opinion(models.Model):
    """
    Where an opinion stands: an index over the entries, kept in the same transaction, without its words.

    `held`, too, is derived: its newest words came without proof of work, and the record has no entry yet that
    somebody looked. It is shown in the register only after that.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    #: 1, 2, 3 in order of arrival: the rank of `seq` in its notice.
    number = models.PositiveBigIntegerField()
    at = models.CharField(max_length=MOMENT)
    round = models.PositiveIntegerField()
    late = models.BooleanField(null=True)
    channel = models.CharField(max_length=20)
    sender = models.CharField(max_length=20)
    #: As in `blockplan.respond.opinions`: whole, redacted, withheld, withdrawn, erased.
    standing = models.CharField(max_length=12)
    #: Number of the entry whose words may be shown; None where none may.
    shown = models.PositiveBigIntegerField(null=True)
    held = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["notice", "seq"], name="opinion_once"),
            models.UniqueConstraint(fields=["notice", "number"], name="opinion_numbered_once"),
        )
        # The register walks one of these, newest first, for as many rows as a page shows.
        indexes = tuple(
            models.Index(fields=["notice", name, "seq"], name=f"opinion_by_{name}")
            for name in ("held", "late", "sender", "channel", "standing", "round")
        )

    def __str__(self) -> str:
        return f"{self.notice_id}/O-{self.seq}"


class Target(models.Model):
    """What an opinion is about: an object of the plan, a clause (``statements``) or a rule (``rules``)."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    layer = models.CharField(max_length=40)
    object = models.CharField(max_length=200)

    class Meta:
        indexes = (
            models.Index(fields=["notice", "layer", "object", "seq"], name="target_by_object"),
            models.Index(fields=["notice", "seq"], name="target_by_opinion"),
        )

    def __str__(self) -> str:
        return f"{self.notice_id}/O-{self.seq} {self.layer}:{self.object}"
