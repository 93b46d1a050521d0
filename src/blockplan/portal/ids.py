r"""
Ids of a plan's objects in an address, whatever the plan calls them.

A plan may call a parcel ``A/1``, ``..`` or ``50%``. Browsers and proxies take slashes and dots of an address
for steps, even where they are percent-encoded; so such signs stand there as ``~`` and two hexadecimal signs,
in one segment of the path. Every other sign stands for itself and is percent-encoded as usual.

>>> written("RD-01/7"), written(".."), written("绿地 7~")
('RD-01~2F7', '~2E~2E', '绿地 7~7E')
>>> read("RD-01~2F7"), read("50~ off")
('RD-01/7', '50~ off')
"""

from __future__ import annotations

import re

from django.urls.converters import IntConverter

#: Signs with a meaning in a path, before or after decoding, and those that cannot be seen.
_APART = re.compile(r"[/\\%~;\x00-\x1f\x7f]|^\.{1,2}$")
_MARKED = re.compile(r"~([0-9A-F]{2})")


def written(id_: str) -> str:
    """An id as a segment of a path, before percent-encoding."""
    return _APART.sub(lambda found: "".join(f"~{ord(sign):02X}" for sign in found[0]), id_)


def read(segment: str) -> str:
    """The id that a segment is of; what is no mark of ours stands for itself."""
    return _MARKED.sub(lambda found: chr(int(found[1], 16)), segment)


class ObjectId:
    """Converter of an address: an id of an object."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The id; ValueError (no such address) where it holds what no database does."""
        found = read(value)
        if "\x00" in found:
            raise ValueError(value)
        return found

    def to_url(self, value: str) -> str:
        """The segment."""
        return written(str(value))


class ObjectIdOfProgram(ObjectId):
    """The same from programs, whose ``%2F`` a server turns into a slash before we see it."""

    regex = r"[\s\S]+"


class Number(IntConverter):
    """Converter of an address: a number that every database holds."""

    regex = "[0-9]{1,15}"
