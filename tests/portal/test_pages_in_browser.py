"""Every public page as a browser shows it: three languages, phone and desk, without a fault."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.browser import WIDTHS, Service, invalid, served, violations, wider_than_the_screen

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["served"]
pytestmark = pytest.mark.browser
#: Below the language.
PAGES = ("", "notices/demo/")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nobody_scrolls_sideways(
    served: Service, chromium: Any, lang: str, width: int
) -> None:
    for page in PAGES:
        with served.tab(chromium, width=width) as tab:
            tab.goto(served.url(f"/{lang}/{page}"))
            assert violations(tab) == []
            assert wider_than_the_screen(tab) == 0, page


def test_the_pages_are_valid_html(served: Service, tmp_path: Path) -> None:
    sources = {}
    for lang in LANGUAGES:
        for page in PAGES:
            with urllib.request.urlopen(served.url(f"/{lang}/{page}")) as answer:
                sources[f"{lang}/{page}"] = answer.read().decode()
    assert invalid(sources, tmp_path) == []
