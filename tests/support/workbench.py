"""The workbench as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from tests.support.warm import Forked, forked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Sent(NamedTuple):
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Service:
    """A workbench that runs."""

    def __init__(self, process: subprocess.Popen[str] | Forked, url: str) -> None:
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
        status, text = _answered(request)
        return status, json.loads(text) if text.startswith(b"{") else text

    def sent(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Sent:
        """An answer with its headers."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        request = urllib.request.Request(self.base + path, body, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return Sent(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Sent(error.code, error.headers, error.read())

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and bytes of an answer."""
        return _answered(
            urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {self.token}"})
        )

    def drop(self, files: Sequence[tuple[str, bytes]]) -> tuple[int, Any]:
        """Files dropped on the window, by name and content."""
        parts = [("name", None, name.encode()) for name, _ in files]
        parts += [("file", name.rpartition("/")[2], content) for name, content in files]
        body = b"".join(
            b"--edge\r\nContent-Disposition: form-data; name="
            + f'"{field}"'.encode()
            + (b"" if file is None else f'; filename="{file}"'.encode())
            + b"\r\n\r\n"
            + content
            + b"\r\n"
            for field, file, content in parts
        )
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "multipart/form-data; boundary=edge",
        }
        status, text = _answered(
            urllib.request.Request(f"{self.base}/workspace/files", body + b"--edge--\r\n", headers)
        )
        return status, json.loads(text)


def started(*words: str) -> subprocess.Popen[str]:
    """``blockplan WORDS`` in a process of its own."""
    command = [str(Path(sys.executable).with_name("blockplan")), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _answered(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def workbench(plan: Path, *more: str, warm: bool = True) -> Iterator[Service]:
    """A workbench on a plan, ended by Ctrl-C; one that is not `warm` starts as its users start it."""
    words = ("edit", str(plan), "--no-browser", "--json", *more)
    process = forked(*words) if warm else started(*words)
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
