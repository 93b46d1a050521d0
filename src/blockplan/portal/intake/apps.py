"""The Django app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Opinions on their way in."""

    name = "blockplan.portal.intake"
    label = "intake"

    def ready(self) -> None:
        """Be asked for what is kept of an opinion that was erased."""
        from blockplan.portal.intake import drafts, promised  # noqa: PLC0415 (models are there only now)
        from blockplan.portal.record.signals import forgotten  # noqa: PLC0415

        forgotten.connect(drafts.forget, dispatch_uid="drafts")
        forgotten.connect(promised.forget, dispatch_uid="promised")
