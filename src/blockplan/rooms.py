"""
A room that is called like the function it is named after.

``blockplan.check`` is a folder of modules and, in a notebook, the thing one
wants to do: ``bp.check(plan)``. Python binds a folder to its name as soon as
anything imports it, so the folder itself has to be callable; the language
provides for this by letting a module choose its class.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class Room(ModuleType):
    """A module whose call is passed on to the function of the same name inside it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function that the room is named after."""
        function = getattr(self, self.__name__.rpartition(".")[2])
        return function(*args, **kwargs)


def callable_room(name: str) -> None:
    """Make the module `name` callable; a room's ``__init__`` says ``callable_room(__name__)``."""
    sys.modules[name].__class__ = Room
