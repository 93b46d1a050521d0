"""The map of a public page in a tab of a browser, and what is asked of it there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.browser import OF_DRIVER, violations, wider_than_the_screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.browser import Service

IDLE = "html[data-map=idle]"
WAIT_MS = 60_000


@contextmanager
def opened(served: Service, chromium: Any, path: str, width: int, **more: Any) -> Iterator[Any]:
    """A page with a still map, in a fresh profile: no error, and no request to another host."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, **more)
    tab, wrong = context.new_page(), []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if told(said) else None)

    def asked(request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(served.url()).netloc:
            wrong.append(f"asked another host: {request.url}")

    tab.on("request", asked)
    tab.goto(served.url(path))
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
    try:
        yield tab
    finally:
        context.close()
    assert wrong == []


def told(said: Any) -> bool:
    """Whether the browser or the map complains: drivers that draw without a graphics card may."""
    return (
        said.type in {"error", "warning"} and OF_DRIVER not in said.text and "maxCanvasSize" not in said.text
    )


def faultless(tab: Any) -> None:
    """Axe finds nothing, contrast of colours among it, and nobody scrolls sideways."""
    assert violations(tab) == []
    assert wider_than_the_screen(tab) == 0


def still(tab: Any) -> None:
    tab.wait_for_selector(IDLE, timeout=WAIT_MS)
