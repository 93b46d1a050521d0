"""
Pages from templates: words are escaped, and a template that asks for what is not there is a fault.

A template becomes Python code once in a process: on a small page that takes longer than all the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from types import CodeType

    from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Code of templates that were compiled in this process, by their name and content."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template that was compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was compiled just now."""
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = Compiled()


def environment(package: str) -> Environment:
    """
    The folder ``templates`` of a package, for one page.

    Each page has an environment of its own, since what templates import sees its globals: of two pages that
    are made at the same time neither may speak with the words of the other. The code is shared.
    """
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
