"""
DWG drawings, from sound to hostile: a plan, or exit code 2 with the way out.

Nothing else: no traceback, no process that hangs or fills the memory, no half-written plan.
"""

from __future__ import annotations

import os
import random
import shutil
import sys

import pytest
from tests.conftest import SOAK_TIMES
from tests.exchange.office.drawn import EAST, NORTH, Sheet

from blockplan.errors import PlanDataError
from blockplan.exchange.office.dwg import WAY_OUT, DwgLimits, converted

#: No file of a fuzz may take longer, CPU s; a sound one takes about two.
LONGEST_S = 30.0


def dwg(file, parcels=2):
    """A DWG of some parcels with their numbers."""
    ezdwg = pytest.importorskip("ezdwg")
    drawing = ezdwg.new()
    space = drawing.modelspace()
    for at in range(parcels):
        west = EAST + 100 * at
        corners = [(west, NORTH), (west + 100, NORTH), (west + 100, NORTH + 100), (west, NORTH + 100)]
        space.add_lwpolyline(corners, closed=True)
        space.add_text(f"A-0{at + 1}", (west + 45, NORTH + 48), 4.0)
        space.add_text("R2", (west + 45, NORTH + 28), 4.0)
    drawing.save(str(file))
    return file


def flipped(data, dice):
    for _ in range(dice.choice([1, 3, 20, 200])):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return data


def cut(data, dice):
    return data[: dice.randrange(len(data))]


def boastful(data, dice):
    """Counts, sizes and places in the file become the largest that their bytes hold."""
    for _ in range(dice.choice([1, 2, 5])):
        at, size = dice.randrange(6, len(data)), dice.choice([1, 2, 4, 8])
        data[at : at + size] = dice.choice([b"\xff", b"\x7f", b"\x00"]) * size
    return data


def of_another_release(data, dice):
    """The head names another release, whose body is built otherwise (packed since 2004)."""
    data[:6] = b"AC" + dice.choice(
        [b"1006", b"1009", b"1012", b"1014", b"1018", b"1021", b"1024", b"1027", b"1032", b"9999"]
    )
    return data


def shuffled(data, dice):
    """Stretches of the file change places."""
    for _ in range(3):
        size = dice.choice([16, 64, 256])
        one, other = (dice.randrange(100, len(data) - size) for _ in range(2))
        data[one : one + size], data[other : other + size] = (
            data[other : other + size],
            data[one : one + size],
        )
    return data


def long_tail(data, dice):
    return data + bytes(dice.randrange(1, 2_000_000))


def noise_behind_the_head(data, dice):
    return data[: dice.choice([6, 25, 0x80])] + dice.randbytes(dice.choice([10, 1000, 100_000]))


DAMAGES = (flipped, cut, boastful, of_another_release, shuffled, long_tail, noise_behind_the_head)


def handed_in(folder, called, tmp_path, data):
    """Hand the bytes in as ``a.dwg``; gives whether they became a plan. All else but a refusal fails."""
    shutil.rmtree(tmp_path / "plan", ignore_errors=True)
    (folder / "a.dwg").write_bytes(bytes(data))
    begun = sum(os.times()[:4])
    code, said = called(folder / "a.dwg")
    assert sum(os.times()[:4]) - begun < LONGEST_S
    if code == 0:
        assert said["features"]["parcels"] >= 1
        return True
    assert isinstance(said.exception, PlanDataError), said.exception  # which leaves with 2
    assert WAY_OUT in str(said.exception) or "DXF (2007 or later)" in str(said.exception)
    assert not (tmp_path / "plan").exists()
    return False


@pytest.mark.parametrize(
    ("seed", "rounds"),
    [
        pytest.param(16, 1, marks=pytest.mark.long),
        pytest.param(None, 20 * SOAK_TIMES, marks=pytest.mark.soak),
    ],
)
def test_a_dwg_with_any_damage_is_a_plan_or_refused_with_the_way_out(
    folder, called, tmp_path, seed, rounds, record_property
):
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    record_property("seed", seed)
    whole = dwg(folder / "a.dwg").read_bytes()
    refused = 0
    for round_ in range(rounds):
        for damage in DAMAGES:
            print(f"seed {seed}, round {round_}, {damage.__name__}")
            dice = random.Random(f"{seed} {round_} {damage.__name__}")
            refused += not handed_in(folder, called, tmp_path, damage(bytearray(whole), dice))
    assert refused >= 2 * rounds


@pytest.mark.long
def test_a_dwg_comes_in_by_the_optional_extra(folder, brought):
    dwg(folder / "a.dwg")
    plan, result = brought()
    assert plan.layers["parcels"].geometry.area.to_dict() == {"A-01": 10_000.0, "A-02": 10_000.0}
    assert not [one for one in result.findings if one.rule.startswith("cad-")]
    assert any("were read 6 entities" in one.message for one in result.findings)


def test_a_dwg_without_the_extra_says_what_to_install(folder, called, monkeypatch):
    monkeypatch.setitem(sys.modules, "ezdwg", None)
    (folder / "a.dwg").write_bytes(b"AC1015")
    _, said = called(folder / "a.dwg")
    assert "blockplan[office]" in str(said.exception)


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "it is empty"), (b"%PDF-1.7", "does not begin as a DWG does"), (b"AC1032", "cannot be read")],
)
def test_what_is_no_dwg_says_so(folder, called, tmp_path, data, why):
    pytest.importorskip("ezdwg")
    (folder / "a.dwg").write_bytes(data)
    _, said = called(folder / "a.dwg")
    assert why in str(said.exception)
    assert str(said.exception).endswith(WAY_OUT)


def test_a_damaged_dwg_beside_sound_files_is_told_and_the_rest_comes_in(folder, brought):
    pytest.importorskip("ezdwg")
    (folder / "old.dwg").write_bytes(b"AC1015" + bytes(50))
    sheet = Sheet()
    sheet.box(0, 0, 100, 100, number="A-01")
    sheet.save(folder / "new.dxf")
    plan, result = brought()
    assert plan.layer("parcels").index.tolist() == ["A-01"]
    told = [one for one in result.findings if one.file == "old.dwg"]
    assert [(one.rule, one.grade, WAY_OUT in one.message) for one in told] == [("office-file", "error", True)]


@pytest.mark.long
@pytest.mark.parametrize(("names", "kind"), [((".dxf", ".dwg"), "DXF"), ((".dwg", ".dxf"), "DWG")])
def test_a_drawing_under_the_other_ending_is_read_as_what_it_is(folder, brought, names, kind):
    if kind == "DWG":
        made = dwg(folder / "a.dwg")
    else:
        sheet = Sheet()
        for at in range(2):
            sheet.box(100 * at, 0, 100 * at + 100, 100, number=f"A-0{at + 1}")
        made = sheet.save(folder / "a.dxf")
    made.rename(folder / f"a{names[1]}")
    plan, result = brought()
    assert plan.layer("parcels").index.tolist() == ["A-01", "A-02"]
    assert any(f"is a {kind} under another ending" in one.message for one in result.findings)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process that way")
@pytest.mark.parametrize("limits", [DwgLimits(memory_bytes=40_000_000), DwgLimits(wall_s=0)])
def test_a_reader_that_takes_too_much_is_stopped_and_that_is_said(folder, limits):
    dwg(folder / "a.dwg")
    with (
        pytest.raises(PlanDataError, match=r"its reader broke off|cannot be read|takes more than"),
        converted(folder / "a.dwg", "a.dwg", [], limits),
    ):
        pass
