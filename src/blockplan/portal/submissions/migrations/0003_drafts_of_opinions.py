"""A draft of an opinion is no draft of a notice, and is called so; the index of its end, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_draft_of_an_opinion"),
    ]

    operations = [
        migrations.RenameModel("Draft", "OpinionDraft"),
        # Renaming a model leaves the names of its indexes as they are: this one is made anew.
        migrations.AlterField(
            "opiniondraft",
            "expires",
            models.CharField(max_length=27, default="", db_index=False),
        ),
        migrations.AlterField(
            "opiniondraft",
            "expires",
            models.CharField(max_length=27, default="", db_index=True),
        ),
    ]
