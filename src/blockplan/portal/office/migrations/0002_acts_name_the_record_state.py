"""An act that waits for a second person names the newest entry when it was asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="pending",
            name="asked_on",
            field=models.BigIntegerField(default=-1),
            preserve_default=False,
        ),
    ]
