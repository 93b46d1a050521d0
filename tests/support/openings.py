"""How a test opens a notice on the command line."""

from __future__ import annotations

OPEN = ("--country", "CN", "--first", "2026-03-02", "--publication", "after_close_full", "--by", "clerk")
