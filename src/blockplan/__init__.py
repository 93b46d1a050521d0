"""
Blockplan: plan -> measure -> check -> propose -> compare -> notice -> respond -> report.

>>> import blockplan as bp
>>> plan = bp.read("examples/demonstration-zone")  # doctest: +SKIP
>>> result = bp.check(plan)  # doctest: +SKIP
>>> bp.report(plan, result, "report.html", lang="zh")  # doctest: +SKIP

Importing the package is light; a room is loaded when it is first used.

``blockplan.check`` is a folder of modules and, in a notebook, the thing one wants to do: ``bp.check(plan)``.
Python binds a folder to its name as soon as anything imports it, so the folder itself has to be callable;
the language provides for this by letting a module choose its class.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.3.0"

#: Name -> the module that holds it. The rooms measure, check, compare and report are callable.
_EXPORTS = {
    "Plan": "blockplan.plan",
    "read": "blockplan.plan",
    "write": "blockplan.plan",
    "validate": "blockplan.plan",
    "landuse": "blockplan.plan",
}
_ROOMS = (
    "plan",
    "exchange",
    "network",
    "measure",
    "check",
    "live",
    "propose",
    "compare",
    "respond",
    "report",
    "batch",
)

__all__ = [
    "Plan",
    "__version__",
    "check",
    "compare",
    "landuse",
    "live",
    "measure",
    "read",
    "report",
    "validate",
    "write",
]


class Room(ModuleType):
    """A module whose call is passed on to the function of the same name inside it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function that the room is named after."""
        function = getattr(self, self.__name__.rpartition(".")[2])
        return function(*args, **kwargs)


def callable_room(name: str) -> None:
    """Make the module `name` callable; a room's ``__init__`` says ``callable_room(__name__)``."""
    sys.modules[name].__class__ = Room


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    if name in _ROOMS:
        return import_module(f"blockplan.{name}")
    msg = f"module 'blockplan' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS, *_ROOMS})
