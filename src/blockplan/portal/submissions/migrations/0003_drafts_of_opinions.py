"""A draft of an opinion is no draft of a notice, and is called so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_draft_of_an_opinion"),
    ]

    operations = [
        migrations.RenameModel("Draft", "OpinionDraft"),
    ]
