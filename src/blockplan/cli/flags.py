"""Parameters that a message names, as flags of the command line: ``crs=EPSG:4548`` is ``--crs EPSG:4548``."""

from __future__ import annotations

import re

_PARAMETER = re.compile(r"`([a-z]\w*)=([^`]*)`")
#: Parameters whose flag has another name.
RENAMED = {"packs": "pack", "profiles": "profile", "size_m": "cell", "smallest_m2": "site-area"}


def with_flags(message: str) -> str:
    """
    A message of a room, which names parameters as Python does, as the command line says it.

    Examples
    --------
    >>> with_flags("Name it: `drawn_on=2024-06-30`, or leave out `parts=`.")
    'Name it: --drawn-on 2024-06-30, or leave out --parts.'
    """
    return _PARAMETER.sub(_flag, message)


def _flag(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f"--{RENAMED.get(name, name.replace('_', '-'))} {value}".rstrip()
