"""TOML from outside: the standard library's reader, behind a guard against files made to exhaust it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

#: No file of ours has keys of more than four parts.
MOST_KEY_PARTS = 32
# Possessive, and never begun inside a word: the guard itself must not take its time.
_PART = r"""(?:[\w-]++|"[^"\n]{0,200}"|'[^'\n]{0,200}')"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART}[ \t]*+\.[ \t]*+){{{MOST_KEY_PARTS}}}")


def loads(text: str) -> dict[str, Any]:
    """
    Read TOML.

    The standard library takes memory with the square of the parts of a dotted
    key, so that 200 kB of ``a.a.a`` bring a machine down; such keys are refused beforehand.

    Raises
    ------
    tomllib.TOMLDecodeError
        If the text is no TOML, or has a key of more than `MOST_KEY_PARTS` parts.
    RecursionError
        If tables or lists nest too deeply.

    Examples
    --------
    >>> loads("a.b = 1")
    {'a': {'b': 1}}
    """
    long = _LONG_KEY.search(text)
    if long is not None:
        line = text.count("\n", 0, long.start()) + 1
        raise tomllib.TOMLDecodeError(f"a key of more than {MOST_KEY_PARTS} parts (at line {line})")
    return tomllib.loads(text)


def short(value: object) -> str:
    """A value as a message of what was read shows it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
