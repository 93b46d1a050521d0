"""Signed notes and checkpoints: as C2SP has them, and in no other form."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.support.notes import KEY, NOTE

from blockplan.errors import UsageError
from blockplan.notice.proof.notary import new_key, read_key
from blockplan.notice.proof.notes import Signer, TreeHead, read_checkpoint, verifier

if TYPE_CHECKING:
    from pathlib import Path

# A key and a note of the Go package golang.org/x/mod/sumdb/note (its documentation), as an example from
# elsewhere.
SEED = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SIGNER = Signer.new("blockplan/made-up")


def test_a_note_from_elsewhere_is_verified_and_signed_to_the_same_bytes() -> None:
    assert verifier(KEY).text(NOTE) == NOTE.partition("\n\n")[0] + "\n"
    assert Signer.from_text(SEED).sign(NOTE.partition("\n\n")[0] + "\n") == NOTE
    assert str(Signer.from_text(SEED).verifier) == KEY


def test_a_checkpoint_reads_back() -> None:
    checkpoint = TreeHead("blockplan/made-up", 42, b"\x07" * 32)
    note = SIGNER.sign(checkpoint.text())
    assert read_checkpoint(note, SIGNER.verifier) == checkpoint
    assert note.startswith("blockplan/made-up\n42\nBwcH")


@given(st.data())
def test_a_note_with_one_changed_bit_is_no_note(data: st.DataObject) -> None:
    note = SIGNER.sign(TreeHead("blockplan/made-up", 42, b"\x07" * 32).text()).encode()
    place, bit = data.draw(st.integers(0, len(note) - 1)), data.draw(st.integers(0, 7))
    changed = note[:place] + bytes([note[place] ^ 1 << bit]) + note[place + 1 :]
    with pytest.raises(ValueError):  # noqa: PT011 (any of the reasons)
        read_checkpoint(changed.decode(), SIGNER.verifier)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note + "\n",
        lambda note: note + note.splitlines(keepends=True)[-1],
        lambda note: note[:-1],
        lambda note: note.replace("\n42\n", "\n042\n"),
        lambda note: note.replace("\n\n", "\nmore\n\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: "",
    ],
)
def test_a_note_in_another_form_is_no_note(change) -> None:
    note = SIGNER.sign(TreeHead("blockplan/made-up", 42, b"\x07" * 32).text())
    with pytest.raises(ValueError):  # noqa: PT011 (any of the reasons)
        read_checkpoint(change(note), SIGNER.verifier)


@pytest.mark.parametrize(
    "text", ["blockplan/made-up\n042\nBw==\n", "x\n-1\n", "x\n1\n" + "A" * 43 + "=\nmore\n"]
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|base64"):
        TreeHead.from_text(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = SIGNER.sign(TreeHead("another/log", 1, b"\x07" * 32).text())
    with pytest.raises(ValueError, match="is of the log 'another/log'"):
        read_checkpoint(note, SIGNER.verifier)


@pytest.mark.parametrize(
    "text", ["", "a+b", "a b+00000000+AAAA", KEY[:-1] + "X", KEY.replace("c74f", "c74e"), KEY + "\n"]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any of the reasons)
        verifier(text)


def test_a_key_file_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    signer = new_key(tmp_path / "key", "blockplan/made-up")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "key").verifier == signer.verifier
    with pytest.raises(UsageError, match="a key is not overwritten"):
        new_key(tmp_path / "key", "blockplan/made-up")
    (tmp_path / "bad").write_text("PRIVATE+KEY+x+00000000+AAAA", encoding="utf-8")
    with pytest.raises(UsageError, match="no Ed25519 key"):
        read_key(tmp_path / "bad")
    with pytest.raises(UsageError, match="There is no key"):
        read_key(tmp_path / "none")
    with pytest.raises(UsageError, match="no name of a key"):
        Signer.new("two words")


def test_a_seed_gives_the_same_key_as_the_library() -> None:
    seed = base64.b64decode(SIGNER.to_text().strip().split("+", 4)[4])[1:]
    assert (
        Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() == SIGNER.verifier.public
    )
