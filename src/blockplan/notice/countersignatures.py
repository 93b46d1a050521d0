"""
What others signed of a record, kept beside its key: cosignatures of witnesses, and time stamps.

`ask_witness` sends the newest checkpoint to a witness (C2SP ``tlog-witness``) and keeps what it signed;
`stamp` asks a time-stamping authority (RFC 3161) for a token over it, which needs the extra ``timestamps``.
Both travel with an export, so that whoever verifies it sees who saw which tree, and when.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography import x509

from blockplan.atomic import put
from blockplan.errors import UsageError
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.proof.witnesses import Witness, request_of, with_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from blockplan.notice.proof.merkle import Nodes
    from blockplan.notice.proof.notes import Verifier

TIMEOUT_S = 20.0
LARGEST_ANSWER_BYTES = 200_000
#: So many newest ones are kept and exported.
KEPT = 400
_CONFLICT = 409
_OK = 200


@dataclass(frozen=True, slots=True)
class Outside:
    """The two files beside the key of a record: a JSON string or document on each line, oldest first."""

    key_file: Path

    def witnessed(self) -> list[str]:
        """Checkpoints with the signatures of witnesses below."""
        return [str(one) for one in self._read("witnessed")]

    def stamps(self) -> list[dict[str, str]]:
        """Time stamps: ``checkpoint`` (the note), ``token`` (base64 of its DER), ``authority`` (address)."""
        return [dict(one) for one in self._read("timestamps")]

    def stamped_lately(self, seconds: float) -> bool:
        """Whether a time stamp was kept within so many seconds, by the machine's clock."""
        path = self._path("timestamps")
        return path.is_file() and time.time() - path.stat().st_mtime < seconds

    def add_witnessed(self, note: str) -> None:
        """Keep a checkpoint with cosignatures."""
        self._add("witnessed", note)

    def add_stamp(self, stamp: dict[str, str]) -> None:
        """Keep a time stamp."""
        self._add("timestamps", stamp)

    def _path(self, what: str) -> Path:
        return self.key_file.with_name(f"{self.key_file.name}.{what}")

    def _read(self, what: str) -> list[Any]:
        path = self._path(what)
        return [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []

    def _add(self, what: str, one: Any) -> None:
        rows = [*self._read(what), one][-KEPT:]
        put(self._path(what), b"".join(canonical.dumps(row) + b"\n" for row in rows))


def ask_witness(note: str, log: Verifier, nodes: Nodes, witness: Witness, address: str) -> str:
    """
    The checkpoint with the signature of a witness below, as it stands at ``ADDRESS/add-checkpoint``.

    Parameters
    ----------
    note
        The newest checkpoint, or one that other witnesses signed already.

    Raises
    ------
    UsageError
        If the witness cannot be reached, saw another log, or answers with what does not hold; the message
        says which.
    """
    newest = read_checkpoint(note, log)
    old = 0
    for _ in range(2):
        status, said = _post(address, request_of(note, newest, old, nodes))
        if status == _OK:
            return with_line(note, said, witness)
        if status != _CONFLICT or not said.strip().isdecimal() or int(said) == old:
            break
        old = int(said)
        if old > newest.size:
            raise UsageError(
                f"The witness {witness.name} saw {old} entries of {log.name}, and the record has "
                f"{newest.size}: it is an older copy, or another log is shown elsewhere. Look into it before "
                "anything else."
            )
    raise UsageError(
        f"The witness {witness.name} did not sign: {status} {said.strip()[:200]}. If it saw another log "
        "under this key, the log was forked."
    )


def _post(address: str, body: str) -> tuple[int, str]:
    url = f"{address.rstrip('/')}/add-checkpoint"
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(
            f"{address!r} is no address of a witness; write it like https://witness.example.org."
        )
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain"})  # noqa: S310 (checked)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 (checked)
            return int(answer.status), answer.read(LARGEST_ANSWER_BYTES).decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read(LARGEST_ANSWER_BYTES).decode("utf-8", "replace")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The witness at {address} cannot be reached: {error}. Try again later.") from None


def stamp(note: str, authority: str) -> dict[str, str]:
    """
    A time stamp (RFC 3161) over the bytes of a checkpoint, from an authority.

    Raises
    ------
    UsageError
        If the extra is not installed, the authority cannot be reached, or its answer is no stamp of these
        bytes.
    """
    rfc3161 = _library()
    if urlsplit(authority).scheme not in {"http", "https"}:
        raise UsageError(f"{authority!r} is no address; write it like https://time.example.org/tsr.")
    asked = rfc3161.TimestampRequestBuilder().data(note.encode()).nonce(nonce=True).build()
    kind = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(authority, asked.as_bytes(), kind)  # noqa: S310 (checked)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 (checked)
            token = answer.read(LARGEST_ANSWER_BYTES)
    except OSError as error:
        raise UsageError(f"{authority} cannot be reached: {error}. Try again later.") from None
    made = {"checkpoint": note, "token": base64.b64encode(token).decode(), "authority": authority}
    stamped_at(made)
    return made


def stamped_at(made: dict[str, str], roots: Sequence[bytes] = ()) -> dt.datetime:
    """
    When an authority stamped a checkpoint.

    Parameters
    ----------
    roots
        Certificates (PEM) of authorities that are trusted; without any, only that the stamp is of these bytes
        is checked, and not whose it is.

    Raises
    ------
    UsageError
        If it is no stamp of this checkpoint, or is not by one of `roots`, or the extra is not installed.
    """
    rfc3161 = _library()
    try:
        answer = rfc3161.decode_timestamp_response(base64.b64decode(made["token"], validate=True))
        info = answer.tst_info
        if info.message_imprint.message != hashlib.new(_hash(info), made["checkpoint"].encode()).digest():
            raise ValueError("it is of other bytes")
        if roots:
            _verify(rfc3161, answer, made["checkpoint"].encode(), roots)
        moment: dt.datetime = info.gen_time
    except Exception as error:  # noqa: BLE001 (the library has errors of its own for each step)
        raise UsageError(f"The time stamp of {made.get('authority')} does not hold: {error}.") from None
    return moment


def _hash(info: Any) -> str:
    known = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.3": "sha512"}
    return known[info.message_imprint.hash_algorithm.dotted_string]


def _verify(rfc3161: Any, answer: Any, content: bytes, roots: Sequence[bytes]) -> None:
    builder = rfc3161.VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(x509.load_pem_x509_certificate(root))
    builder.build().verify_message(answer, content)


def _library() -> Any:
    try:
        import rfc3161_client  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError("Time stamps need the extra: pip install 'blockplan[timestamps]'.") from None
    return rfc3161_client
