"""The Django app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail on its way out."""

    name = "blockplan.portal.mail"
    label = "mail"

    def ready(self) -> None:
        """Be told of every entry, in its transaction."""
        from blockplan.portal.mail import outbox  # noqa: PLC0415 (models are there only now)
        from blockplan.portal.record.signals import entered  # noqa: PLC0415

        entered.connect(outbox.take, dispatch_uid="mail")
