"""What was moved at the desk, and given to whom, beside the record."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0002_acts_name_the_record_state"),
        ("record", "0006_marks_of_erased_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("changes", models.JSONField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.staff")),
                (
                    "notice",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="record.notice"),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taken_back",
                        to="office.deskmove",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["notice", "kind", "id"], name="move_by_kind")],
            },
        ),
    ]
