from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_gate"),
    ]

    operations = [
        migrations.AddField(
            model_name="sending",
            name="seal",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
