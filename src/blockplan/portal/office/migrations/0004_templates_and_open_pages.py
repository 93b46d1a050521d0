"""Texts kept for answers, and what each of the staff opened last."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0003_moves_at_the_desk"),
        ("record", "0006_marks_of_erased_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=80, unique=True)),
                ("text", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.staff")),
            ],
        ),
        migrations.CreateModel(
            name="OpenPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "notice",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="record.notice"),
                ),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="office.staff")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "staff"), name="open_page_of_staff")
                ],
            },
        ),
    ]
