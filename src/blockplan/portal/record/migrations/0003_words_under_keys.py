"""Words and names of entries that were made before there were keys are sealed too."""

from typing import Any

from django.db import migrations

from blockplan.notice.events import KINDS
from blockplan.portal.config import config_of_environment
from blockplan.portal.record.sealing import MARK, Seals

WORDS = sorted(name for name, kind in KINDS.items() if kind.words)


def seal(apps: Any, schema_editor: Any) -> None:
    """Every entry with words or a person, notice by notice; the keys are on the disk before the rows."""
    entries = apps.get_model("record", "Entry").objects
    files = apps.get_model("record", "EntryFile").objects
    folder = config_of_environment().keys
    for notice in entries.order_by().values_list("notice_id", flat=True).distinct():
        seals = Seals(notice, folder / f"{notice}.words")
        own = entries.filter(notice_id=notice)
        wanted = own.filter(kind__in=WORDS) | own.exclude(person=None)
        plain = [pk for pk, *said in wanted.values_list("pk", "body_content", "person_content")
                 if not any(bytes(one or b"").startswith(MARK) for one in said)]  # fmt: skip
        for pk in plain:
            row = own.get(pk=pk)
            seals.make(row.seq)
            seals.sync()
            words = row.kind in WORDS
            parts = ("body", "person") if words else ("person",)
            for part in parts:
                for what in ("key", "content"):
                    said = getattr(row, f"{part}_{what}")
                    sealed = None if said is None else seals.seal(row.seq, part, bytes(said), what)
                    setattr(row, f"{part}_{what}", sealed)
            row.save(update_fields=["body_key", "body_content", "person_key", "person_content"])
            for file in files.filter(notice_id=notice, seq=row.seq) if words else ():
                key = None if file.key is None else bytes(file.key)
                file.key = seals.seal(row.seq, "body", key, f"file {file.number}")
                file.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("record", "0002_erasures")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
