"""
The hostile corpus of the tests, sent to the served process: nothing may die, and memory stays bounded.

Every file comes as an upload with an opinion, every text as the words of one. What is taken in is read again:
no answer may hold a byte of markup that a browser would run as a page.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.portal_service import NOTICE, Desk, Service, new_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

API = f"/api/v1/notices/{NOTICE}"
BOUNDARY = "blockplan-corpus-0f1e2d3c4b5a"


def hostile(folder: Path, database: str | None, *, share: float = 1.0, seed: int = 7) -> dict[str, Any]:
    """
    The figures; `server_errors` and `died` must be 0.

    Parameters
    ----------
    share
        How much of the corpus is sent, drawn at random.
    """
    from tests.support.hostile import corpus

    desk, service = Desk(folder, database), Service(folder, database)
    draw = random.Random(seed)
    try:
        desk.ask("begin")
        service.start()
        began = service.workers()
        sent = [one for one in corpus.corpus() if draw.random() < share]
        shown = iter(desk.ask("solutions", count=len(sent)))
        statuses = _send(service.port, sent, shown)
        unsafe = _read_again(service.port)
        died = len(set(began) - set(service.workers()))
        peak_mb = service.peak_mb()
        found = desk.ask("check", receipts=[])
    finally:
        service.kill()
        desk.close()
    return {
        "sent": sum(statuses.values()),
        "statuses": dict(sorted(statuses.items())),
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "died": died,
        "unsafe_answers": unsafe,
        "bad": len(found["findings"]),
        "peak_mb_of_a_worker": round(peak_mb, 1),
    }


def _send(port: int, things: Iterable[Any], shown: Iterator[str]) -> Counter[int]:
    import requests

    statuses: Counter[int] = Counter()
    url = f"http://localhost:{port}{API}/opinions"
    with requests.Session() as session:
        for number, one in enumerate(things):
            headers = {
                "Idempotency-Key": new_key(),
                "X-Forwarded-For": f"10.1.{number // 250}.{number % 250}",
            }
            made = one.make()
            content = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
            if one.kind == "file":
                words = {"text": one.name, "challenge": next(shown)}
                body = _parts(words, one.file_name, content)
                headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            elif one.kind != "text":
                body = content  # what should be a place or a drawing comes as it is
                headers["Content-Type"] = "application/json"
            else:
                # Half signs stand in it as escapes: what is no text must be refused as such.
                said = {"text": content.decode("utf-8", "surrogatepass"), "challenge": next(shown)}
                body = json.dumps(said).encode()
                headers["Content-Type"] = "application/json"
            answer = session.post(url, data=body, headers=headers, timeout=120)
            statuses[answer.status_code] += 1
    return statuses


def _parts(words: dict[str, str], name: str, content: bytes) -> bytes:
    """A form as a browser sends it, with whatever name a file has."""
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'Content-Disposition: form-data; name="file"; filename="{escaped}"'.encode(
        "utf-8", "surrogatepass"
    )
    line = b"\r\n--" + BOUNDARY.encode()
    said = b'Content-Disposition: form-data; name="opinion"\r\n\r\n' + json.dumps(words).encode()
    return line[2:] + b"\r\n" + said + line + b"\r\n" + head + b"\r\n\r\n" + content + line + b"--\r\n"


def _read_again(port: int) -> int:
    """Answers of the register that a browser could take for anything but data or a download."""
    import requests

    unsafe, cursor = 0, ""
    base = f"http://localhost:{port}{API}"
    with requests.Session() as session:
        while True:
            answer = session.get(f"{base}/opinions?limit=100{cursor}", timeout=60)
            unsafe += answer.status_code != 200 or not _harmless(answer.headers, "application/json")
            for one in answer.json()["opinions"]:
                for file in one["files"]:
                    got = session.get(f"{base}/opinions/{one['opinion']}/files/{file['number']}", timeout=60)
                    unsafe += got.status_code != 200 or not _harmless(got.headers, "application/octet-stream")
                    unsafe += not got.headers.get("Content-Disposition", "").startswith("attachment")
            if answer.json()["next"] is None:
                return unsafe
            cursor = f"&cursor={answer.json()['next']}"


def _harmless(headers: Any, media_type: str) -> bool:
    return (
        headers["Content-Type"] == media_type
        and headers["X-Content-Type-Options"] == "nosniff"
        and "default-src 'none'" in headers["Content-Security-Policy"]
    )
