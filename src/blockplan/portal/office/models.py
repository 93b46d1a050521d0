"""
Tables of the office: staff and their roles, one-time links, drafts, acts that wait for a second person, and
the list of acts.

Nothing here decides what stands in a record: that is entered by `blockplan.portal.record.store` alone.
What an act that waits says of an opinion stands under the key of the opinion, and is erased with it.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from blockplan.portal.lang import NAMES
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.words import BETWEEN

if TYPE_CHECKING:
    from typing import ClassVar

    from django.db.models import Model

_SEALED = "sealed"


class SealedField(models.JSONField):
    """
    JSON that stands under the key of the words of an opinion where its row has one (`notice_id`, `opinion`).

    What was sealed reads as empty once the opinion was erased.
    """

    def deconstruct(self) -> Any:
        """In the database it is JSON like any other."""
        name, _, values, named = super().deconstruct()
        return name, "django.db.models.JSONField", values, named

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        """The value as it is kept; the row in memory stays as it is."""
        value = super().pre_save(model_instance, add)
        row: Any = model_instance
        if not row.opinion or not value:
            return value
        first = Entry.objects.filter(notice_id=row.notice_id, opinion=row.opinion, kind="submitted")
        seq = first.values_list("seq", flat=True).get()
        content = json.dumps(value, ensure_ascii=False).encode()
        sealed = open_store(row.notice_id).seals.seal(seq, "body", content, "waiting") or b""
        return {_SEALED: base64.b64encode(sealed).decode(), "notice": row.notice_id, "entry": seq}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The value as it was given."""
        found = super().from_db_value(value, expression, connection)
        if not isinstance(found, dict) or _SEALED not in found:
            return found
        seals = open_store(found["notice"]).seals
        content = seals.open(found["entry"], "body", base64.b64decode(found[_SEALED]), "waiting")
        return {} if content is None else json.loads(content)


#: What each may do stands beside each address, in `blockplan.portal.office.urls`.
ROLES = ("clerk", "planner", "approver", "auditor", "admin")
#: Roles that publish, or see what is not public in bulk: they sign in with a second factor.
STRONG = frozenset(ROLES) - {"clerk"}


class Staff(models.Model):
    """A member of the office; `name` is what stands in records."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    #: The name as two persons are compared: once in an office.
    folded = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role, for all notices or for one."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    role = models.CharField(max_length=20)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["staff", "role", "notice"], name="grant_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} {self.notice_id or ''}"


class Expected(models.Model):
    """A mail address by which the identity service may name one of the staff, once."""

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE)
    mail = models.CharField(max_length=254, unique=True)

    def __str__(self) -> str:
        return f"{self.staff_id} by the identity service"


class Link(models.Model):
    """A link that makes one account: of the first administrator, or of somebody invited. Only its hash."""

    digest = models.CharField(max_length=64, unique=True)
    #: ``setup`` or ``invitation``.
    purpose = models.CharField(max_length=20)
    roles = models.JSONField(default=list)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True)
    made_by = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.made_at}"


class Draft(models.Model):
    """A notice before it opens, or anew after a restart."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, primary_key=True)
    country = models.CharField(max_length=10)
    rule = models.CharField(max_length=60)
    subdivision = models.CharField(max_length=10, blank=True)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    inspection_last = models.DateField(null=True)
    publication = models.CharField(max_length=30)
    particulars = models.JSONField(default=dict)
    version = models.ForeignKey(PlanVersion, on_delete=models.SET_NULL, null=True)
    #: Answers of the release check, who gave them, and of what; empty until then.
    release = models.JSONField(default=dict)
    #: The check as signed by a second person; empty until then.
    signed = models.JSONField(default=dict)
    #: Why the notice begins anew; empty for a first opening.
    restart_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"draft of {self.notice_id}"


class Pending(models.Model):
    """An act that waits for a second person; its words go when it ends, whichever way."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    opinion = models.CharField(max_length=24, blank=True)
    payload = SealedField(default=dict)
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="asked")
    asked_at = models.DateTimeField()
    #: Number of the newest entry of the record that who asked had seen.
    asked_on = models.BigIntegerField()
    second = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="seconded")
    ended_at = models.DateTimeField(null=True)
    #: ``done``, ``refused``, ``void``, ``moved``; empty while it waits.
    outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["notice", "outcome", "id"], name="pending_by_outcome")]

    @property
    def act(self) -> str:
        """The act that makes an entry of this kind, by which the pages call it."""
        return {
            "redacted": "redact", "withheld": "withhold", "approved": "approve", "published": "publish",
            "clock_repaired": "repair", "restored": "restore",
        }[self.kind]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.opinion}".strip()


class AnswerTemplate(models.Model):
    """A text that the office keeps for answers, language -> words with fields in braces."""

    title = models.CharField(max_length=80, unique=True)
    text = models.JSONField(default=dict)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    at = models.DateTimeField()

    @property
    def tongues(self) -> str:
        """The languages that it has words in."""
        return BETWEEN.join(NAMES[code] for code in self.text)

    def __str__(self) -> str:
        return self.title


class OpenPage(models.Model):
    """Which point or theme of a notice somebody opened last, and when; a hint that locks nothing."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    #: Empty for the list.
    subject = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "staff"], name="open_page_of_staff")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.subject}"


class DeskMove(models.Model):
    """
    What somebody moved at the desk; added to, never changed: it is taken back by a move of its own.

    Attributes
    ----------
    kind
        ``themed`` (points into themes), ``assigned`` (points and themes to somebody of the office) or
        ``passed`` (points that were cut, joined or left without their theme keep who had them in hand).
    changes
        Point or theme -> [before, after]: the id of a theme or of somebody; null for none. Where it was
        passed on: point -> the point or theme whose holder it has; null for one that is no more.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    at = models.DateTimeField()
    changes = models.JSONField()
    takes_back = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="taken_back")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["notice", "kind", "id"], name="move_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class Audit(models.Model):
    """A line of the list of acts: who did what, when; added to, never changed."""

    at = models.DateTimeField()
    who = models.CharField(max_length=80, blank=True)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True)
    notice = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=45, blank=True)

    def __str__(self) -> str:
        return f"{self.at} {self.who} {self.what}"
