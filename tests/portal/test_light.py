"""A worker starts in a second or two, because it loads nothing that only plans and reports need."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.no_database
ASK = """
import sys
import blockplan.portal.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({"pandas", "geopandas", "numba", "scipy", "matplotlib", "openpyxl"} & set(sys.modules)))
"""


@pytest.mark.long
def test_a_worker_loads_no_tables_and_no_kernels_before_they_are_asked_for(tmp_path: Path) -> None:
    environment = os.environ | {"BLOCKPLAN_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
