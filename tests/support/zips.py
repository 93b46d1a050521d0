"""Zips as other programs write them."""

from __future__ import annotations

import io
import zipfile
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def unmarked_zip(files: Mapping[str, bytes], *codecs: str) -> bytes:
    """A zip that does not say how its names are encoded, as macOS, Info-ZIP and old Windows write it."""
    # Python marks what is not ASCII as UTF-8: names of as many ASCII letters give way to those meant.
    written = {name.encode(codec): f"{at:03}" for at, (name, codec) in enumerate(zip(files, cycle(codecs)))}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for (name, number), content in zip(written.items(), files.values(), strict=True):
            archive.writestr(number.ljust(len(name), "_"), content)
    data = packed.getvalue()
    for name, number in written.items():
        data = data.replace(number.ljust(len(name), "_").encode(), name)
    return data
