"""A base map on this machine, on which the colour of a pixel tells where on the earth it lies."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from blockplan.portal import basemap

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where it may end, degrees of longitude.
EASTMOST = 116.42


class Ground(ThreadingHTTPServer):
    """The server of the base map: it may fail, and it may have nothing in the east."""

    fails = ends = False
    #: Where it sends whoever asks; empty: nowhere.
    leads_to = ""

    @property
    def address(self) -> str:
        """Of its pictures."""
        return f"http://127.0.0.1:{self.server_port}/{{z}}/{{x}}/{{y}}.png"


class _Pictures(BaseHTTPRequestHandler):
    server: Ground

    def do_GET(self) -> None:
        zoom, x, y = (int(part) for part in self.path.partition("?")[0].removesuffix(".png").split("/")[-3:])
        if self.server.fails:
            self.send_error(503)
            return
        if self.server.leads_to:
            self.send_response(302)
            self.send_header("Location", self.server.leads_to)
            self.end_headers()
            return
        if self.server.ends and x >= 2**zoom * (EASTMOST + 180) / 360:
            self.send_error(404)
            return
        column, row = np.meshgrid(np.arange(256), np.arange(256))
        # Pixels of zoom 17, some 0.9 m wide: red by column and green by row, anew every 512.
        red, green = (
            (pixel * 2.0 ** (17 - zoom)).astype(int) % 512 // 2 for pixel in (256 * x + column, 256 * y + row)
        )
        into = io.BytesIO()
        picture = np.stack([red, green, np.full_like(red, 99)], axis=-1).astype(np.uint8)
        Image.fromarray(picture).save(into, "PNG")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(into.getvalue())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def ground() -> Iterator[Ground]:
    """The base map while it lasts, on a free port."""
    server = Ground(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    basemap._body.cache_clear()
    basemap._silent.clear()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
