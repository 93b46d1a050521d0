"""Opinions that came before are numbered 1, 2, 3 too: each by the rank of its entry in its notice."""

from itertools import groupby
from typing import Any

from django.db import migrations, models


def number(apps: Any, schema_editor: Any) -> None:
    """One statement for each row, by its key: each notice is walked once."""
    table = apps.get_model("record", "Opinion")
    rows = table.objects.order_by("notice_id", "seq").values_list("notice_id", "pk")
    told = [
        (rank, pk)
        for _, of_notice in groupby(rows, key=lambda row: row[0])
        for rank, (_, pk) in enumerate(of_notice, 1)
    ]
    name = schema_editor.connection.ops.quote_name(table._meta.db_table)
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {name} SET number = %s WHERE id = %s", told)  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("record", "0003_words_under_keys")]

    operations = [
        migrations.AddField(
            "opinion", "number", models.PositiveBigIntegerField(default=0), preserve_default=False
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.AddConstraint(
            "opinion", models.UniqueConstraint(fields=["notice", "number"], name="opinion_numbered_once")
        ),
    ]
