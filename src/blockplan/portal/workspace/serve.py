"""Starting the workbench: the plan is read and judged first, then one process answers on this machine."""

from __future__ import annotations

import os
import secrets
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.portal.workspace import current_desk
from blockplan.portal.workspace.current_desk import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.servers.basehttp import WSGIRequestHandler

    from blockplan.portal.workspace.desk import EditingDesk


def run(
    desk: EditingDesk, port: int | None, ready: Callable[[str], None], base_map: tuple[str, str] = ("", "")
) -> None:
    """
    Serve the workbench until interrupted.

    Parameters
    ----------
    port
        On 127.0.0.1; 0 takes a free one. None takes that of the plan, where it is free: a page that holds
        edits since its workbench ended reaches the one that is started anew.
    ready
        Called with the link once the port is ours.
    base_map
        Where the pictures of a base map are, and to whom it belongs; empty where it is not given.

    Raises
    ------
    UsageError
        If something else listens on the port.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "blockplan.portal.workspace.settings"
    for name, said in zip(("BLOCKPLAN_BASE_MAP", "BLOCKPLAN_BASE_MAP_CREDIT"), base_map, strict=True):
        if said:
            os.environ[name] = said
    token = os.environ[TOKEN] = secrets.token_urlsafe(24)
    import django  # noqa: PLC0415 (only the service needs it)
    from django.core.servers.basehttp import ThreadedWSGIServer  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    django.setup()
    current_desk.put(desk)
    server = None
    for one in (_port_of(desk.package), 0) if port is None else (port,):
        with suppress(OSError):
            server = ThreadedWSGIServer(("127.0.0.1", one), _quiet())
            break
    if server is None:
        raise UsageError(f"Something else listens on port {port} of this machine. Name another `port=`.")
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    ready(f"http://127.0.0.1:{server.server_port}/workspace?token={token}")
    try:
        server.serve_forever()
    finally:
        server.server_close()
        desk.save()


def _port_of(package: Path) -> int:
    """The port of a plan: below those that a system gives to whoever asks for any."""
    return 20_000 + zlib.crc32(bytes(package.resolve())) % 10_000


def _quiet() -> type[WSGIRequestHandler]:
    """The handler of requests, without a line for each of them."""
    from django.core.servers.basehttp import WSGIRequestHandler as Handler  # noqa: PLC0415

    class Quiet(Handler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the standard library)
            """Say nothing."""

    return Quiet
