"""The workbench as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Service:
    """A workbench that runs."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.token = urlsplit(url).query.removeprefix("token=")
        self.base = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"

    def ask(
        self, path: str, body: Any = None, *, token: bool = True, method: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        sent = {"Authorization": f"Bearer {self.token}"} if token else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {**sent, **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else text


@contextmanager
def workbench(plan: Path, *more: str) -> Iterator[Service]:
    """A workbench on a plan, ended by Ctrl-C."""
    command = [
        str(Path(sys.executable).with_name("blockplan")),
        "edit",
        str(plan),
        "--no-browser",
        "--json",
        *more,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the workbench did not start"
        yield Service(process, json.loads(line)["url"])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
