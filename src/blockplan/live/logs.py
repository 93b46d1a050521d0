"""
Where the logs of edits of a package lie, and scenarios that go or get another name together with theirs.

A scenario is its file in the package and its log: a log that stays behind would bring it back.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.live.journal import alone, free_name
from blockplan.live.lineage import ScenarioRecord, forget, records
from blockplan.live.refusals import TEXTS
from blockplan.live.session import DRAFT
from blockplan.plan.files import scenarios
from blockplan.plan.files.package import manifest_of
from blockplan.plan.model.plan import BASE
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Folder of a plan package that holds the logs of edits, one a scenario.
LOGS = "edits"
#: A log's name with this ending is that of the search for a repair of its scenario.
SEARCH = ".search"


def log_of(package: Path, scenario: str) -> Path:
    """
    Where the log of edits of a scenario lies: in the package's folder, or beside a zip.

    Raises
    ------
    UsageError
        If the name cannot be that of a scenario.
    """
    scenarios.check_name(scenario)
    return logs_of(package) / f"{scenario}.log"


def require_scenario(package: Path, name: str) -> None:
    """
    Open no scenario that nobody made: a slip of the pen would begin an empty one.

    Raises
    ------
    UsageError
        If the package has neither a scenario nor a log of that name; the message lists those that it has.
    """
    known = [BASE, *manifest_of(package).scenarios]
    if name not in {DRAFT, *known} and not log_of(package, name).exists():
        raise TEXTS.refused(UsageError, "no_scenario", scenario=name, known=listed(known))


def logs_of(package: Path) -> Path:
    """The folder of a package's logs, and of what is kept of its scenarios (`blockplan.live.lineage`)."""
    return package / LOGS if package.is_dir() else package.with_name(f"{package.name}.{LOGS}")


@contextmanager
def package_alone(package: Path) -> Iterator[None]:
    """While this lasts no other process writes scenarios into the package; a log is held before it."""
    logs_of(package).mkdir(parents=True, exist_ok=True)
    with alone(logs_of(package) / ".package.lock"):
        yield


def drop_scenario(path: str | Path, name: str) -> None:
    """
    Take a scenario out of a package, and set its log of edits aside; see `scenarios.drop_scenario`.

    Raises
    ------
    UsageError
        If it is locked.
    """
    with _without_log(Path(path), name):
        scenarios.drop_scenario(path, name)
    forget(logs_of(Path(path)), name)


def remove_scenario(path: str | Path, name: str) -> dict[str, Any]:
    """
    Undo a scenario of a proposal, and set its log of edits aside; see `scenarios.remove_scenario`.

    Raises
    ------
    UsageError
        If it is locked.
    """
    with _without_log(Path(path), name):
        kept = scenarios.remove_scenario(path, name)
    forget(logs_of(Path(path)), name)
    return kept


def rename_scenario(path: str | Path, old: str, new: str) -> None:
    """
    Give a scenario another name; its log of edits goes with it. See `scenarios.rename_scenario`.

    Raises
    ------
    UsageError
        If it is locked, or a log of edits of the new name is there already.
    """
    with _held(Path(path), old, new) as logs:
        if logs and logs[1].exists():
            raise UsageError(
                f"{path} has edits of a scenario {new!r} already, in {logs[1]}. Choose another name, or save "
                f"them with blockplan edit {path} --scenario {new} and drop that scenario."
            )
        with _moved(*logs):
            scenarios.rename_scenario(path, old, new)
    forget(logs_of(Path(path)), old, called=new)


@contextmanager
def _without_log(package: Path, name: str) -> Iterator[None]:
    with _held(package, name) as logs, _moved(*logs, *map(free_name, logs)):
        yield


@contextmanager
def _held(package: Path, name: str, *others: str) -> Iterator[list[Path]]:
    """
    The logs of a scenario that is not locked, and of others; none where nobody edited.

    While this lasts no other process writes them or the package.
    A scenario that was drawn elsewhere may have a name that no log can have.
    """
    names = (name, *others)
    if not logs_of(package).is_dir() or not all(map(scenarios.NAME.fullmatch, names)):
        yield []
        return
    logs = [logs_of(package) / f"{name}.log" for name in names]
    with ExitStack() as held:
        for log in sorted({*logs}):
            held.enter_context(alone(log.with_suffix(".lock")))
        held.enter_context(package_alone(package))
        if (lock := records(logs_of(package)).get(name, ScenarioRecord()).lock) is not None:
            by = f" by {lock.who}" if lock.who else ""
            raise UsageError(
                f"Scenario {name!r} is locked{by} ({lock.why}) and stays as it is. Unlock it first, in "
                f"blockplan edit {package} --scenario {name}."
            )
        yield logs


@contextmanager
def _moved(*places: Path) -> Iterator[None]:
    """While a log is in another place, for good unless what comes then fails; its search is forgotten."""
    if not places:
        yield
        return
    log, place = places
    there = log.exists()
    if there:
        log.rename(place)
    try:
        yield
    except BaseException:
        if there:
            place.rename(log)
        raise
    log.with_suffix(SEARCH).unlink(missing_ok=True)
