"""The Django app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Public pages."""

    name = "blockplan.portal.pages"
    label = "pages"
