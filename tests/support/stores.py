"""Open records of a process: tests change the data folder, or take another process's part."""

from __future__ import annotations


def forget_stores() -> None:
    """Let go of the open records."""
    from blockplan.portal.record import store

    with store._OPENING:
        store._STORES.clear()
