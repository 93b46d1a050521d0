"""The Django app."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """Records in the database."""

    name = "blockplan.portal.record"
    label = "record"
