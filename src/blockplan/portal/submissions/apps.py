"""The Django app."""

from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    """Opinions on their way in."""

    name = "blockplan.portal.submissions"
    label = "intake"  # its tables and migrations were made under this name

    def ready(self) -> None:
        """Be asked for what is kept of an opinion that was erased."""
        from blockplan.portal.record.signals import forgotten  # noqa: PLC0415
        from blockplan.portal.submissions import drafts, promised  # noqa: PLC0415 (models are there only now)

        forgotten.connect(drafts.forget, dispatch_uid="drafts")
        forgotten.connect(promised.forget, dispatch_uid="promised")
