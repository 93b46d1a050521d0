from typing import Any

from django.db import migrations, models


def read_marks_from_entries(apps: Any, _editor: Any) -> None:
    """Before, the mark was the service's own; no entry bears it, so no act could take it away."""
    apps.get_model("record", "Opinion").objects.filter(held=True).update(held=False)


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0002_register_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="held",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(read_marks_from_entries, migrations.RunPython.noop),
    ]
