"""The user's own tables of costs and limits, in the place of those of ``repair.toml``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.plan.model import tomlfile
from blockplan.propose.repair.moves import defaults

if TYPE_CHECKING:
    from pathlib import Path


def read_tables(path: Path) -> dict[str, Any]:
    """
    Tables from a TOML file; only what differs from ``repair.toml`` need stand there.

    Raises
    ------
    UsageError
        If the file cannot be read, or has a table or a value that nothing reads; every such one is named.
    """
    try:
        found = tomlfile.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}.") from error
    faults = list(_faults(found, defaults(), ""))
    if faults:
        raise UsageError(
            f"{path}: {len(faults)} of its entries cannot be used:\n  " + "\n  ".join(faults[:10]) + "\n"
            "docs/propose-repair.md lists the tables."
        )
    return found


def _faults(found: dict[str, Any], known: dict[str, Any], where: str) -> list[str]:
    faults = []
    for name, value in found.items():
        at = f"{where}{name}"
        # Codes and services may be any; names of tables and of limits may not.
        like = known.get(name, next(iter(known.values())) if where in OPEN else None)
        if like is None:
            faults.append(f"{at}: there is no such entry (known: {', '.join(known)})")
        elif isinstance(like, dict):
            faults += (
                _faults(value, like, f"{at}.") if isinstance(value, dict) else [f"{at}: a table is wanted"]
            )
        elif isinstance(like, list):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                faults.append(f"{at}: a list of land-use codes is wanted")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            faults.append(f"{at}: a number that is not negative is wanted, not {value!r}")
    return faults


#: Tables whose entries are codes or services, which may be any.
OPEN = ("costs.take_per_m2.", "costs.make_per_m2.", "hosts.")
