"""Importing what the service needs before it starts its workers: where they are forked, they share it."""

from __future__ import annotations


def preload() -> None:
    """Import what pages and API need, once Django is set up."""
    from django.urls import get_resolver  # noqa: PLC0415 (after Django is set up)

    from blockplan.portal import wsgi  # noqa: F401, PLC0415 (imported to be shared)
    from blockplan.report.public import plain  # noqa: F401, PLC0415 (imported to be shared)

    # Addresses, and with them all views, are otherwise imported at the first request, by each worker.
    _ = get_resolver().url_patterns
