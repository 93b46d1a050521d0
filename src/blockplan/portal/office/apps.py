"""The Django app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Staff and their acts."""

    name = "blockplan.portal.office"
    label = "office"

    def ready(self) -> None:
        """Listen for what belongs into the list of acts, and for entries that end what waits."""
        from blockplan.portal.office import audit, second  # noqa: PLC0415 (tables are not there before)
        from blockplan.portal.record.told import entered, erased, forgotten  # noqa: PLC0415

        audit.listen()
        entered.connect(second.take, dispatch_uid="office.waiting")
        forgotten.connect(second.forget, dispatch_uid="office.reports")
        erased.connect(second.tell, dispatch_uid="office.erased")
