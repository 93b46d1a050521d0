"""An entry of the hostile corpus: something that a stranger may send, and what may never come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What may never happen, in words; every entry says which of them it tries.
SCRIPT = "a script runs in somebody's browser"
PROGRAM = "a program reaches somebody's machine"
MEMORY = "memory or time without bound"
CRASH = "an error that is not on purpose"
SECRET = "the place or the camera of a photograph is published"
FORMULA = "a spreadsheet runs a formula"
PATH = "a file is written or offered outside its folder"
DISGUISE = "a file or a text is taken for something else"
GARBAGE = "something that nobody can read is stored as if it were whole"


@dataclass(frozen=True)
class Hostile:
    """
    One thing that a stranger sends.

    Attributes
    ----------
    name
        Of the entry, unique.
    kind
        ``file`` (bytes), ``text``, ``geometry`` (bytes or text) or ``place`` (text).
    make
        Gives the bytes or the text, the same each time; large ones are made when they are asked for.
    never
        What may never happen.
    code
        The ground on which it is refused; "" where it is taken in and made harmless.
    file_name
        What a file calls itself.
    gone
        Bytes that may not be in what is stored.
    """

    name: str
    kind: str
    make: Callable[[], bytes | str]
    never: str
    code: str = ""
    file_name: str = "file"
    gone: tuple[bytes, ...] = field(default=())

    @property
    def content(self) -> bytes | str:
        """The bytes or the text."""
        return self.make()


def a_file(
    name: str, content: bytes | Callable[[], bytes], file_name: str, never: str, code: str = "",
    gone: tuple[bytes, ...] = (),
) -> Hostile:  # fmt: skip
    """An entry of the kind ``file``."""
    make = content if callable(content) else lambda: content
    return Hostile(f"file/{name}", "file", make, never, code, file_name, gone)
