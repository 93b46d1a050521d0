"""The Django app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Staff and their acts."""

    name = "blockplan.portal.office"
    label = "office"

    def ready(self) -> None:
        """Listen for what belongs into the list of acts, and for entries that end what waits."""
        from blockplan.portal.office import audit, two_person  # noqa: PLC0415 (tables come later)
        from blockplan.portal.record.signals import entered, erased, forgotten  # noqa: PLC0415

        audit.listen()
        entered.connect(two_person.take, dispatch_uid="office.waiting")
        forgotten.connect(two_person.forget, dispatch_uid="office.reports")
        erased.connect(two_person.tell, dispatch_uid="office.erased")
