"""Of rows of a list that were erased a keyed mark stays."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0005_promise_before_entry")]

    operations = [
        migrations.CreateModel(
            "ErasedMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="record.notice"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["notice", "digest"], name="erased_mark")]},
        )
    ]
