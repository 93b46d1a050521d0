"""
Whether a record shows and keeps back what its own log says.

Both ways: what is kept back has a ground in the log, and what the log keeps back is not shown. The second is
asked of every record but the office's archive, for a record that calls itself public and shows words that
nobody has looked at, or that were withheld, has been given away by somebody against its own rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.notice.disclosure import Disclosure
from blockplan.notice.entries import said_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.notice.entries import Log, LogEntry
    from blockplan.notice.events import Event

Erased = set[tuple[int, str]]


def check_grounds(log: Log, *, archive: bool) -> None:
    """
    Add to a log's findings what it keeps back without a ground, and what it shows against one.

    Parameters
    ----------
    archive
        True for the office's own copy, which holds all but what was erased.
    """
    events = [entry.event for entry in log.entries]
    try:
        disclosure, erased = Disclosure.of(events, log.standing), _erased(events)
        for entry in log.entries:
            _check_erased(log, entry, erased)
            _check_ground(log, entry, disclosure, erased)
            if not archive:
                _check_shown(log, entry, disclosure)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.find("log_damaged", "log.jsonl", f"{type(error).__name__}: {error}")


def _check_erased(log: Log, entry: LogEntry, erased: Erased) -> None:
    """Nothing is here that an entry says is erased."""
    event = entry.event
    here = {
        "body": entry.ground is None,
        "person": event.person is not None and event.person.content is not None,
        "files": any(path is not None for path in entry.paths),
    }
    for part, is_here in here.items():
        if is_here and (event.seq, part) in erased:
            log.find("erased_present", said_of(event), part)


def _check_ground(log: Log, entry: LogEntry, disclosure: Disclosure, erased: Erased) -> None:
    event = entry.event
    if entry.ground is None:
        if None in entry.paths and (event.seq, "files") not in erased:
            log.find("ground_missing", said_of(event), "a file is gone, and no entry erases it")
    elif entry.ground == "erased":
        if (event.seq, "body") not in erased:
            log.find("ground_missing", said_of(event), "no entry erases it")
    elif entry.ground != disclosure.rule(event):
        log.find("ground_missing", said_of(event), f"the log does not bear out {entry.ground!r}")


def _check_shown(log: Log, entry: LogEntry, disclosure: Disclosure) -> None:
    """What is not the public's is not in a public record."""
    event = entry.event
    ground = disclosure.rule(event) if entry.ground is None else None
    if ground is not None:
        log.find("shown_wrongly", said_of(event), ground)
    if event.person is not None and event.person.content is not None:
        log.find("shown_wrongly", said_of(event), "person")


def _erased(events: Iterable[Event]) -> Erased:
    found = set()
    for event in events:
        entries = event.payload.get("entries", []) if event.kind == "erased" else []
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                found |= {(entry.get("seq", -1), part) for part in entry.get("parts", [])}
    return found
