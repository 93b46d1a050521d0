"""What the office gave stands beside the public package that is built of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="planversion",
            name="source",
            field=models.CharField(blank=True, max_length=400),
        ),
    ]
