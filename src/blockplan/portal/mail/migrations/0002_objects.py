from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="subscription", name="subscribed_once"),
        migrations.AddField(
            model_name="subscription",
            name="layer",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="subscription",
            name="object",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("notice", "opinion", "layer", "object", "to"), name="subscribed_once"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["notice", "layer", "object", "id"], name="subscribed_by_object"),
        ),
    ]
