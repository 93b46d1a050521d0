"""
Where things lie that were made of a record: they can be made anew at any time.

An erasure takes all of them away, so that no copy on our disk holds what was erased.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from blockplan.portal.config import config_of_environment

if TYPE_CHECKING:
    from pathlib import Path


def folder_of(notice: str) -> Path:
    """The folder of what was made of the record of a notice."""
    return config_of_environment().data / "made" / notice


def drop_all(notice: str) -> None:
    """Take away everything that was made of a record."""
    shutil.rmtree(folder_of(notice), ignore_errors=True)
