from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_objects"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="subscription", name="subscribed_once"),
        migrations.AddField(
            model_name="subscription",
            name="theme",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("notice", "opinion", "layer", "object", "theme", "to"), name="subscribed_once"
            ),
        ),
    ]
