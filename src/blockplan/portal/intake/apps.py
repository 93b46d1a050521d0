"""The Django app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Opinions on their way in."""

    name = "blockplan.portal.intake"
    label = "intake"
