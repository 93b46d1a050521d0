"""
Promises before entry, and the opinions that wait for theirs to be kept.

Each opinion is promised under the key of its notice before it is entered (`blockplan.notice.promises`). The
sender gets the promise with the receipt; or alone, where the database stood still meanwhile: the opinion is
then on the disk here, and entered as soon as the database can be used, by the service itself
(`blockplan.portal.background`). Its key of the form makes it one opinion, whoever enters it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseError

from blockplan.atomic import put, sync_folder
from blockplan.errors import BlockplanError, UsageError
from blockplan.notice.events import Attachment, parse_time, write_time
from blockplan.notice.promises import OF_RECORD, digest_of, promise, said_of
from blockplan.notice.submissions import Submission
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.record import single_rows
from blockplan.portal.submissions.models import Sending

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from blockplan.notice.events import Event
    from blockplan.portal.record.store import DatabaseStore

#: So many wait at a time, of all notices, and so many bytes: what a database that stands still can pile up.
MOST, MOST_BYTES = 500, 500_000_000
#: What was being written for longer than this is left from a process that was stopped.
_HALF_S = 60.0
#: Of a payload, what `Submission` has by itself, and what the record adds.
_NOT_MORE = OF_RECORD | {"text", "channel", "from"}
LOG = logging.getLogger("blockplan.portal.submissions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    An opinion that was promised and is not entered yet.

    Attributes
    ----------
    seal, mail, held
        As `blockplan.portal.submissions.services` enters them.
    promise
        The document that its sender holds.
    """

    notice: str
    form: str = field(repr=False)
    opinion: Submission
    seal: str
    mail: str = field(default="", repr=False)
    held: bool
    promise: Mapping[str, Any] = field(repr=False)


class PromisedError(BlockplanError):
    """
    The opinion is not in the record yet, as far as is known, and will be: the sender is promised so.

    Attributes
    ----------
    promise, secret
        What the sender is given now; number and receipt follow under the same key of the form.
    arrived, until
        When it reached the service, and when it is in the record at the latest; UTC.
    """

    def __init__(self, made: Mapping[str, Any], secret: str) -> None:
        _, self.arrived, self.until, *_ = str(made["note"]).split("\n")
        self.promise, self.secret = made, secret
        super().__init__(f"The opinion will be in the record by {self.until}.")


def made_for(store: DatabaseStore, opinion: Submission, arrived: dt.datetime, secret: str) -> dict[str, Any]:
    """The promise of an opinion; its key is made of the sender's secret, so that it can be made again."""
    return promise(store.notary, said_of(opinion), arrived, _key(secret))


def again(store: DatabaseStore, event: Event, secret: str) -> dict[str, Any] | None:
    """
    The promise that was made of an entry; None where there was none, its words are gone, or it was made by
    a key of before.
    """
    if event.promise is None or not event.known:
        return None
    payload = event.payload
    parts = list(payload.get("files", []))
    contents = [store.file(event.seq, at) for at in range(len(parts))]
    if any(content is None for content in contents):
        return None
    files = [
        Attachment(str(part["name"]), str(part["media_type"]), content or b"")
        for part, content in zip(parts, contents, strict=True)
    ]
    opinion = Submission(
        text=payload["text"], channel=payload["channel"], sender=payload["from"], files=files,
        more={key: value for key, value in payload.items() if key not in _NOT_MORE},
    )  # fmt: skip
    arrived = parse_time(str(payload.get("arrived_at", event.at)))
    made = made_for(store, opinion, arrived, secret)
    return made if digest_of(made) == event.promise else None


def keep(store: DatabaseStore, one: Waiting) -> bool:
    """
    Bring an opinion to the disk, so that what was promised can be kept; whether that was possible.

    It is not where nothing may be promised: the clock is not believed, the folder is a copy, signed entries
    are missing, too much waits already, or the disk is full.
    """
    try:
        if clock.leap() is not None or store.is_copy:
            return False
        _write(_path(one.notice, one.form), _written(one))
    except (OSError, DatabaseError, BlockplanError) as error:
        LOG.error("nothing is promised: %s", error)
        return False
    return True


def waiting(notice: str | None = None) -> list[Path]:
    """The files of what waits, oldest first."""
    return [path for _, _, path in sorted(_found(f"{notice or '*'}/*.json"))]


def overdue(notice: str) -> int:
    """How many opinions of a notice wait for longer than was promised."""
    now = write_time(clock.now())
    return sum(_due(path, now) for path in waiting(notice))


def read(path: Path) -> Waiting:
    """
    What waits in a file.

    Raises
    ------
    FileNotFoundError
        If it was entered meanwhile.
    UsageError
        If the file cannot be read; somebody has to look at it.
    """
    try:
        said = json.loads(path.read_bytes())
        opinion = said.pop("opinion")
        files = [
            Attachment(one["name"], one["media_type"], base64.b64decode(one["content"]))
            for one in opinion.pop("files")
        ]
        arrived = parse_time(opinion.pop("arrived"))
        return Waiting(opinion=Submission(**opinion, files=files, arrived=arrived), **said)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} holds no opinion that waits ({type(error).__name__}: {error}).") from error


def done(notice: str, form: str) -> None:
    """It is in the record: nothing waits any more."""
    with contextlib.suppress(OSError):  # the next round takes it
        _path(notice, form).unlink(missing_ok=True)


def find(notice: str, form: str) -> Waiting | None:
    """What waits under a key of a form; None where nothing does."""
    try:
        return read(_path(notice, form))
    except FileNotFoundError:
        return None


def forget(sender: str, **_: Any) -> None:
    """Of an erasure: let go of what is in the record, so that no copy of the words stays here."""
    drop_halves()
    for path in waiting(sender):
        if single_rows.find(Sending, ["seq"], notice_id=sender, form=path.stem) is not None:
            path.unlink(missing_ok=True)


def drop_halves() -> None:
    """Take away what a process that was stopped had begun to write: nobody holds a promise of it."""
    for at, _, path in _found("*/*.new"):
        if time.time() - at > _HALF_S:
            path.unlink(missing_ok=True)


def _due(path: Path, now: str) -> bool:
    try:
        return str(read(path).promise["note"]).split("\n")[2] < now
    except FileNotFoundError:
        return False
    except UsageError:  # whatever was promised in it cannot be kept without somebody
        return True


def _found(pattern: str) -> list[tuple[float, int, Path]]:
    """Time of writing, bytes and path; what is entered at this moment is left out."""
    found = []
    for path in _folder().glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            found.append((stat.st_mtime, stat.st_size, path))
    return found


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"promise", hashlib.sha256).digest()


def _folder() -> Path:
    return config_of_environment().data / "promised"


def _path(notice: str, form: str) -> Path:
    return _folder() / notice / f"{hashlib.sha256(form.encode('utf-8', 'replace')).hexdigest()}.json"


def _written(one: Waiting) -> bytes:
    opinion = one.opinion
    if opinion.arrived is None:
        raise UsageError("What is promised has a time of arrival.")
    said = {
        "text": opinion.text, "channel": opinion.channel, "sender": opinion.sender,
        "more": dict(opinion.more), "person": dict(opinion.person), "arrived": write_time(opinion.arrived),
        "files": [
            {
                "name": file.name, "media_type": file.media_type,
                "content": base64.b64encode(file.content).decode(),
            }
            for file in opinion.files
        ],
    }  # fmt: skip
    whole = {
        "notice": one.notice, "form": one.form, "opinion": said, "seal": one.seal, "mail": one.mail,
        "held": one.held, "promise": dict(one.promise),
    }  # fmt: skip
    return json.dumps(whole).encode()


def _write(path: Path, content: bytes) -> None:
    """To the disk before this returns; what was there before stays."""
    if path.exists():
        return
    there = [size for _, size, _ in _found("*/*.json")]
    if len(there) >= MOST or sum(there) + len(content) > MOST_BYTES:
        raise UsageError(f"{len(there)} opinions wait already")
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(path, content, mode=0o600, to_disk=True)
    for folder in _up(path.parent):
        sync_folder(folder)


def _up(folder: Path) -> Iterator[Path]:
    """A folder of a notice, and those above it that may have been made for it."""
    yield from (folder, folder.parent, folder.parent.parent)
