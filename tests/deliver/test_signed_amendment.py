"""A signed amendment: what of it is under the signature, and what a change to it does."""

import shutil

import pytest
from tests.deliver.amended import changed, told
from tests.support.town import town

from blockplan.cli import main
from blockplan.deliver.amendment import amendment, merge, write
from blockplan.notice.proof.notary import new_key
from blockplan.plan import read as read_plan
from blockplan.plan import write as write_plan

SEALED = ("amendment.gpkg", "amendment.json", "key.txt", "manifest.json", "manifest.note")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Two amendments merged and signed, as `amend --with --key` writes them, and the key."""
    place = tmp_path_factory.mktemp("sealed")
    signer = new_key(place / "notice.key", "example.org/town")
    base = town()
    ours, theirs = (changed(base, "parcels", *one, far=1.2) for one in (("A",), ("D",)))
    found, merged = amendment(base, ours), merge(base, ours, theirs)
    write(found, found.to_dict() | {"merge": merged.to_dict("en")}, place / "out", signer)
    write_plan(merged.plan, place / "out" / "merged")
    return place / "out", str(signer.verifier)


@pytest.mark.parametrize("known", [True, False], ids=["with the key of the office", "with its own key"])
def test_a_signed_amendment_holds_with_the_plan_that_it_was_merged_into(sealed, capsys, known):
    folder, key = sealed
    found, code = told(folder, capsys, *(("--key", key) if known else ()))
    assert (found["holds"], found["kind"], found["faults"], found["unsigned"]) == (True, 4, [], [])
    assert (found["key"], code) == (key, 0)


@pytest.mark.parametrize("option", ["--receipt", "--checkpoint", "--law", "--stamp-root"])
def test_what_proves_nothing_of_an_amendment_is_refused_and_not_passed_over(sealed, capsys, tmp_path, option):
    (tmp_path / "another").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["notice", "verify", str(sealed[0]), option, str(tmp_path / "another")])
    assert left.value.code == 2
    assert "which --key alone verifies" in capsys.readouterr().err


DAMAGES = {
    "a bit": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "a byte behind": lambda data: data + b" ",
    "a line break behind": lambda data: data + b"\n",
    "the last byte": lambda data: data[:-1],
    "nothing left": lambda _: b"",
    "other line breaks": lambda data: data.replace(b"\n", b"\r\n") if b"\n" in data else data + b"\r\n",
    "no text": lambda data: data[:5] + b"\xff" + data[5:],
    "a digit": lambda data: data.replace(b"1", b"2", 1) if b"1" in data else data + b"1",
    "gone": lambda _: None,
}


@pytest.mark.long
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", SEALED)
def test_an_amendment_with_a_changed_file_does_not_hold(sealed, tmp_path, capsys, name, damage):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    data = DAMAGES[damage]((out / name).read_bytes())
    (out / name).unlink() if data is None else (out / name).write_bytes(data)
    found, code = told(out, capsys, "--key", key)
    assert (found["holds"], code) == (False, 1)
    assert len(found["faults"]) == 1
    # A seal that does not fit tells nothing of which of both was changed: the manifest, or the seal itself.
    seal = name.startswith("manifest") and not (damage == "gone" and name == "manifest.json")
    assert ("signature" in found["faults"][0] or "not signed" in found["faults"][0]) if seal else (
        found["faults"][0].startswith(name)
    )  # fmt: skip
    # Without a key from elsewhere a changed key is a seal that does not fit.
    assert told(out, capsys)[1] == 1


def test_a_merged_plan_that_was_changed_after_it_was_judged_is_named(sealed, tmp_path, capsys):
    folder, key = sealed
    for change in ("edited", "gone", "damaged"):
        out = shutil.copytree(folder, tmp_path / change)
        if change == "edited":
            plan = changed(read_plan(out / "merged"), "parcels", "B", far=9.0)
            shutil.rmtree(out / "merged")
            write_plan(plan, out / "merged")
        elif change == "gone":
            shutil.rmtree(out / "merged")
        else:
            (out / "merged" / "plan.gpkg").write_bytes(b"SQLite")
        found, code = told(out, capsys, "--key", key)
        assert (len(found["faults"]), code) == (1, 1)
        assert found["faults"][0].startswith("merged")


def test_an_amendment_is_not_taken_for_another_offices(sealed, tmp_path, capsys):
    folder, _ = sealed
    other = new_key(tmp_path / "other.key", "example.org/town")
    found, code = told(folder, capsys, "--key", str(other.verifier))
    assert (found["holds"], found["kind"], code) == (False, None, 1)
    assert any("key.txt holds another key" in one for one in found["faults"])
    assert any("not signed, once, by the key" in one for one in found["faults"])


def test_an_amendment_without_a_seal_is_told_to_be_unsigned_in_the_readers_language(tmp_path, capsys):
    signer = new_key(tmp_path / "notice.key", "example.org/town")
    found = amendment(town(), changed(town(), "parcels", "A", far=1.5))
    write(found, found.to_dict(), tmp_path / "out", signer)
    # Written again without a key, it keeps no seal of what it was.
    write(found, found.to_dict(), tmp_path / "out")
    for more in ((), ("--key", str(signer.verifier))):
        told_, code = told(tmp_path / "out", capsys, *more, "--lang", "zh")
        assert (told_["faults"], code) == (["没有签名：缺少 manifest.note"], 1)
    (tmp_path / "out" / "amendment.gpkg").unlink()
    assert told(tmp_path / "out", capsys)[1] == 1


def test_what_lies_beside_a_signed_amendment_is_named_as_under_no_signature(sealed, tmp_path, capsys):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    (out / "notes.txt").write_text("x")
    (out / "merged" / "notes.txt").write_text("x")
    found, code = told(out, capsys, "--key", key)
    assert (found["holds"], found["unsigned"], code) == (True, ["merged/notes.txt", "notes.txt"], 0)


def test_a_merged_plan_beside_an_amendment_that_names_none_is_under_no_signature(tmp_path, capsys):
    signer = new_key(tmp_path / "notice.key", "example.org/town")
    found = amendment(town(), changed(town(), "parcels", "A", far=1.5))
    write(found, found.to_dict(), tmp_path / "out", signer)
    write_plan(town(), tmp_path / "out" / "merged")
    said, _ = told(tmp_path / "out", capsys, "--key", str(signer.verifier))
    assert said["unsigned"] == ["merged/plan.gpkg", "merged/plan.toml"]


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_file_that_is_read_with_the_layers_of_a_signed_amendment_is_a_change(sealed, tmp_path, capsys, end):
    folder, key = sealed
    out = shutil.copytree(folder, tmp_path / "out")
    (out / f"amendment.gpkg{end}").touch()
    assert told(out, capsys, "--key", key)[1] == 0
    (out / f"amendment.gpkg{end}").write_bytes(b"pages")
    found, code = told(out, capsys, "--key", key)
    assert (found["faults"], code) == ([f"amendment.gpkg{end} is not as it was signed"], 1)
