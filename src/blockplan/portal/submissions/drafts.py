"""
Forms that are not sent yet: a row and its files behind a secret link, and nothing of them afterwards.

A form that was looked through is kept for a day, so that its second page knows it; one that somebody
asks to be kept, for 30 days. There is no account and no cookie: who has the link has the draft, and nobody
else: its words and files stand under a key that is made of the link, which is kept nowhere here.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
import shutil
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from blockplan.errors import UsageError
from blockplan.notice.access_codes import digest_of_secret
from blockplan.notice.events import Attachment, write_time
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.submissions.models import OpinionDraft
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from blockplan.notice.intake.uploads import Upload

DAYS = 30
HOURS_UNASKED = 24
#: Under this key a row holds all that was filled in; and how a sealed content begins.
_SEALED, _MARK = "sealed", b"\x01seal"
#: What drafts of all people together may hold on the disk.
LARGEST_ALL_BYTES = 4_000_000_000


class KeptDraft:
    """A draft that is at hand: its row, its link's token, its files."""

    def __init__(self, token: str, row: OpinionDraft) -> None:
        self.token = token
        self.row = row
        self._data: dict[str, Any] | None = None

    @property
    def files(self) -> list[dict[str, Any]]:
        """[{name, media_type, bytes, sha256, notes}] of files that are there."""
        return [file for file in self.data.get("files", []) if (self._folder / file["sha256"]).is_file()]

    @property
    def data(self) -> dict[str, Any]:
        """What was filled in; a draft of before there were keys stands as it was written."""
        if self._data is None:
            sealed = self.row.data.get(_SEALED)
            found = self.row.data if sealed is None else json.loads(self._open(base64.b64decode(sealed)))
            self._data = dict(found)
        return self._data

    def attachments(self) -> list[Attachment]:
        """The files as the record takes them."""
        return [
            Attachment(file["name"], file["media_type"], self._read(file["sha256"])) for file in self.files
        ]

    def add(self, uploads: Sequence[Upload]) -> None:
        """
        Further files; call `save` afterwards.

        Raises
        ------
        UsageError
            If the files of all drafts take up all the room that there is for them.
        """
        _require_room()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = self.files
        for upload in uploads:
            self._write(upload.sha256, upload.content)
            notes = [dict(note.text) for note in upload.notes]
            files.append(
                {
                    "name": upload.name,
                    "media_type": upload.media_type,
                    "bytes": len(upload.content),
                    "sha256": upload.sha256,
                    "notes": notes,
                }
            )
        self._data = {**self.data, "files": files}

    def adopt(self, attachments: Sequence[Attachment]) -> None:
        """Files that the record took in before; as `add`."""
        _require_room()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = []
        for one in attachments:
            digest = hashlib.sha256(one.content).hexdigest()
            self._write(digest, one.content)
            files.append(
                {"name": one.name, "media_type": one.media_type, "bytes": len(one.content), "sha256": digest,
                 "notes": []}
            )  # fmt: skip
        self._data = {**self.data, "files": files}

    def drop(self, hashes: Sequence[str]) -> None:
        """Without some files; call `save` afterwards."""
        self._data = {
            **self.data,
            "files": [file for file in self.files if file["sha256"] not in hashes],
        }
        for name in hashes:
            if name.isalnum():
                (self._folder / name).unlink(missing_ok=True)

    def save(self, data: Mapping[str, Any], *, asked: bool = False) -> None:
        """Keep it; `asked` for 30 days, which a later save does not shorten."""
        until = dt.timedelta(days=DAYS) if asked else dt.timedelta(hours=HOURS_UNASKED)
        files = self.files
        self._data = {**data, "files": files}
        sealed = self._seal(json.dumps(self._data, ensure_ascii=False).encode())
        self.row.data = {_SEALED: base64.b64encode(sealed).decode()}
        self.row.bytes = sum(file["bytes"] for file in files)
        self.row.expires = max(self.row.expires, write_time(clock.now() + until))
        self.row.save()

    def erase(self) -> None:
        """Nothing of it is left."""
        if self._folder.exists():
            shutil.rmtree(self._folder)
        OpinionDraft.objects.filter(digest=self.row.digest).delete()

    def _write(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(self._seal(content))

    def _read(self, name: str) -> bytes:
        return self._open((self._folder / name).read_bytes())

    def _seal(self, content: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return _MARK + nonce + AESGCM(_key_of(self.token)).encrypt(nonce, content, None)

    def _open(self, sealed: bytes) -> bytes:
        if not sealed.startswith(_MARK):  # a file of before there were keys
            return sealed
        nonce, rest = sealed[len(_MARK) :][:12], sealed[len(_MARK) + 12 :]
        return AESGCM(_key_of(self.token)).decrypt(nonce, rest, None)

    @property
    def _folder(self) -> Path:
        return folder() / self.row.digest


def folder() -> Path:
    """Where files of drafts lie."""
    return config_of_environment().data / "drafts"


def new(notice: str) -> KeptDraft:
    """A draft that is not kept before it is saved."""
    token = secrets.token_urlsafe(24)
    return KeptDraft(token, OpinionDraft(digest=digest_of_secret(token), notice_id=notice))


def find(notice: str, token: str) -> KeptDraft | None:
    """The draft of a link; None where there is none, or no more."""
    row = OpinionDraft.objects.filter(digest=digest_of_secret(token), notice_id=notice).first()
    if row is None or row.expires <= write_time(clock.now()):
        return None
    return KeptDraft(token, row)


def _require_room() -> None:
    """Room for files is shared by all; a form without files needs none, so nobody can shut it for others."""
    from django.db.models import Sum  # noqa: PLC0415

    held = OpinionDraft.objects.aggregate(all=Sum("bytes"))["all"] or 0
    if held > LARGEST_ALL_BYTES:
        raise refusal(UsageError, say, "opinion.problem.no_room")


def _key_of(token: str) -> bytes:
    """The key of a draft; nothing that is kept leads to it."""
    return hmac.new(token.encode("utf-8", "replace"), b"words of a draft", hashlib.sha256).digest()


def forget(sender: str, opinion: str, **_more: Any) -> None:
    """An opinion was erased: so are the forms by which it was to be amended."""
    for row in OpinionDraft.objects.filter(notice_id=sender, opinion=opinion):
        KeptDraft("", row).erase()


def sweep() -> int:
    """Erase drafts whose time is over, and files without a draft; gives back how many rows went."""
    if not clock.steady():
        return 0
    with transaction.atomic():
        gone, _ = OpinionDraft.objects.filter(expires__lte=write_time(clock.now())).delete()
    hour_ago = clock.now().timestamp() - 3600
    for path in folder().glob("*") if folder().is_dir() else ():
        if path.stat().st_mtime < hour_ago and not OpinionDraft.objects.filter(digest=path.name).exists():
            shutil.rmtree(path, ignore_errors=True)
    return gone
