"""What docs/network.md shows is true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_the_examples_on_the_page_hold(repo: Path) -> None:
    page = (repo / "docs" / "network.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(shown, "docs/network.md", "exec"), {})
