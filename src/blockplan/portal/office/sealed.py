"""What an act that waits says of an opinion, in its column under the key of the opinion: erased with it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from django.db import models

from blockplan.portal.record.models import Entry
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
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
