"""
What is kept of scenarios beside their logs: which came from which, which are locked, and named versions.

One file for all, ``scenarios.json`` in the folder of the logs; a scenario that it does not know was drawn
elsewhere. Whoever writes holds it alone, and it is whole at any time.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError
from blockplan.jsontext import JsonRecord
from blockplan.live.journal import alone, free_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "scenarios.json"
#: Whoever writes it holds this one.
LOCK = ".scenarios.lock"


class DamagedRecordsError(PlanDataError):
    """What is kept of scenarios is damaged."""


@dataclass(frozen=True, slots=True)
class NamedVersion(JsonRecord):
    """A state of a scenario that somebody named: after which step of its log, and the hash of its rows."""

    name: str
    seq: int
    rows: str
    at: str
    who: str


@dataclass(frozen=True, slots=True)
class Lock(JsonRecord):
    """Who locked a scenario, when and why: it is as it was handed in, and edits go into a branch."""

    why: str
    at: str
    who: str


@dataclass(frozen=True, slots=True)
class ScenarioRecord(JsonRecord):
    """
    What is kept of one scenario.

    Attributes
    ----------
    came_from, seq
        The scenario that it branched from, and after which of its steps; empty and None where not known.
    at, who
        When and by whom it was begun.
    """

    came_from: str = field(default="", metadata={"json": "from"})
    seq: int | None = None
    at: str = ""
    who: str = ""
    lock: Lock | None = None
    versions: tuple[NamedVersion, ...] = ()


def records(logs: Path) -> dict[str, ScenarioRecord]:
    """
    What is kept, by scenario; `logs` is the folder of the logs.

    Raises
    ------
    PlanDataError
        If the file cannot be read, or is damaged (`DamagedRecordsError`): a lock that cannot be read is
        none that may be passed over unsaid.
    """
    file = logs / FILE
    try:
        said = json.loads(file.read_bytes())
        return {name: _record(one) for name, one in said.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PlanDataError(f"{file} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedRecordsError(
            f"{file} cannot be read: {error}. Move it aside; scenarios then have no locks and versions."
        ) from error


def recover(logs: Path) -> Path | None:
    """Put the file aside where it is damaged, and keep what can be read of it; gives where it is then."""
    with alone(logs / LOCK):
        try:
            records(logs)
        except DamagedRecordsError:
            aside = free_name(logs / FILE)
            said = _readable(logs / FILE)
            (logs / FILE).rename(aside)
            _put(logs, said)
            return aside
    return None


def _readable(file: Path) -> dict[str, ScenarioRecord]:
    """The records of a damaged file that are whole."""
    try:
        said = json.loads(file.read_bytes())
    except ValueError:
        return {}
    found = {}
    for name, one in said.items() if isinstance(said, dict) else ():
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            found[name] = _record(one)
    return found


def record(logs: Path, name: str, change: Callable[[ScenarioRecord], ScenarioRecord]) -> ScenarioRecord:
    """Keep of a scenario what `change` makes of its record; gives it."""
    logs.mkdir(parents=True, exist_ok=True)
    with alone(logs / LOCK):
        known = records(logs)
        known[name] = change(known.get(name, ScenarioRecord()))
        _put(logs, known)
        return known[name]


def forget(logs: Path, name: str, called: str | None = None) -> None:
    """A scenario is called otherwise, or is gone: what branched from it follows, or has its origin."""
    if not (logs / FILE).exists():
        return
    with alone(logs / LOCK):
        known = records(logs)
        kept = known.pop(name, ScenarioRecord())
        origin = {"came_from": kept.came_from, "seq": kept.seq} if called is None else {"came_from": called}
        known = {
            one: replace(said, **origin) if said.came_from == name else said for one, said in known.items()
        }
        _put(logs, known if called is None else known | {called: kept})


def _put(logs: Path, known: dict[str, ScenarioRecord]) -> None:
    beside = logs / f"{FILE}.part"
    said = {name: one.to_dict() for name, one in known.items()}
    beside.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(logs / FILE)


def _record(said: dict[str, Any]) -> ScenarioRecord:
    return ScenarioRecord(
        said["from"],
        said["seq"],
        said["at"],
        said["who"],
        None if said["lock"] is None else Lock(**said["lock"]),
        tuple(NamedVersion(**one) for one in said["versions"]),
    )
