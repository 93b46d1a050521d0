"""
A small HTTP client that keeps its connection: bounded, on loopback, and cheap beside the service it measures.

Plain HTTP/1.1 as the service answers it (Content-Length); what it cannot read is an error, never a guess.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.portal_service import new_address

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

#: Nothing that is asked for here takes so long.
PATIENCE_S = 30.0


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a thread with a loop of its own: the calling one may have a loop already, a browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Client:
    """One connection; opened when needed, closed by any error."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        return await self._talk(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    async def post(self, path: str, body: Any, key: str = "") -> tuple[int, bytes]:
        """Status and body; `key` is the key against entering twice."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            # Each from an address of its own, as a proxy in front would say it: limits hold for each.
            f"X-Forwarded-For: {new_address()}\r\n"
            f"Content-Length: {len(data)}\r\n" + (f"Idempotency-Key: {key}\r\n" if key else "") + "\r\n"
        )
        return await self._talk(head.encode() + data)

    def close(self) -> None:
        """Let go of the connection."""
        if self._pipe is not None:
            self._pipe[1].close()
            self._pipe = None

    async def _talk(self, request: bytes) -> tuple[int, bytes]:
        try:
            return await asyncio.wait_for(self._ask(request), PATIENCE_S)
        except BaseException:
            self.close()
            raise

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._pipe is None:
            self._pipe = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._pipe
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head.split(b" ", 2)[1])
        _, found, rest = head.partition(b"\r\ncontent-length:")
        if not found and status not in {204, 304}:
            raise ConnectionError("an answer without a length")
        body = await reader.readexactly(int(rest.split(b"\r\n", 1)[0])) if found else b""
        if b"\r\nconnection: close" in head:
            self.close()
        return status, body
