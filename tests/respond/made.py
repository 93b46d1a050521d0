"""Small records for the tests of this room: kept in memory, entries as the notice's store gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from blockplan.respond import Answer, Desk

CLERK = "clerk"


@dataclass
class Entry:
    seq: int
    kind: str
    payload: dict[str, Any]
    at: str = "2026-03-01T00:00:00.000000Z"
    held: bool = False


@dataclass
class MemoryRecord:
    entries: list[Entry] = field(default_factory=list)

    def append(self, kind, payload):
        self.entries.append(Entry(len(self.entries), kind, dict(payload)))
        return self.entries[-1]

    def events(self, kinds=None):
        return iter([entry for entry in self.entries if kinds is None or entry.kind in kinds])


def a_record(*texts, late=False):
    """A record in which each text is an opinion: O-1, O-2 ... (entry 0 opens the notice)."""
    record = MemoryRecord()
    record.append("opened", {"plan": {"id": "demo"}, "period": {}, "rule": "cn"})
    for text in texts:
        submit(record, text, late=late)
    return record


def submit(record, text, **more):
    said = {"text": text, "channel": "web", "from": "public", "late": False} | more
    return f"O-{record.append('submitted', said).seq}"


def a_desk(*texts, fineness="point"):
    desk = Desk(a_record(*texts))
    desk.cut(fineness, by=CLERK)
    return desk


def an_answer(kind="noted", reason="It was considered.", **more):
    return Answer(kind, reason, **more)
