"""The Django app."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plans made ready."""

    name = "blockplan.portal.plans"
    label = "plans"
