"""The leaf of an opinion bears the hash of what was promised before it was entered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0004_opinions_are_numbered")]

    operations = [migrations.AddField("entry", "promise", models.CharField(max_length=64, null=True))]
