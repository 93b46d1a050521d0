"""The Django app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Staff and their acts."""

    name = "blockplan.portal.office"
    label = "office"

    def ready(self) -> None:
        """Listen for what belongs into the list of acts."""
        from blockplan.portal.office import audit  # noqa: PLC0415 (tables are not there before)

        audit.listen()
