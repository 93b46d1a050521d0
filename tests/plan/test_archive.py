import contextlib
import os
import signal
import stat
import struct
import subprocess
import sys
import textwrap
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.zips import unmarked_zip

from blockplan.errors import PlanDataError
from blockplan.plan.files import archive
from blockplan.plan.files.archive import ZipLimits, open_package, write_package, writing_file, writing_folder


def a_zip(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return path


def a_zip_of(path: Path, *names: str) -> Path:
    return a_zip(path, **dict.fromkeys(names, b"id = 1"))


def a_zip_with(path: Path, entry: zipfile.ZipInfo, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("plan.toml", b"id = 1")
        target.writestr(entry, content)
    return path


def ten_gigabytes_of_zeros(path: Path) -> Path:
    """An honest zip of one file of 10 GB, made without compressing 10 GB: a block of zeros repeated."""
    block = 16 * 1024 * 1024
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    times = 640
    entry = zipfile.ZipInfo("plan.gpkg")
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.CRC = entry.header_offset = 0
    entry.file_size = block * times
    entry.compress_size = len(one) * times + 2
    with zipfile.ZipFile(path, "w") as target:
        target.fp.write(entry.FileHeader(zip64=True))
        for _ in range(times):
            target.fp.write(one)
        target.fp.write(b"\x03\x00")
        target.filelist.append(entry)
        target.NameToInfo[entry.filename] = entry
        target.start_dir = target.fp.tell()
        target._didModify = True
    return path


def left_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


# Opening


def test_a_folder_is_opened_as_it_is(tmp_path):
    with open_package(tmp_path) as folder:
        assert folder == tmp_path


def test_a_zip_is_unpacked_for_the_time_being(tmp_path):
    path = a_zip(tmp_path / "plan.zip", **{"plan.toml": b"id = 1", "scenarios/b.gpkg": b"rows"})
    with open_package(path) as folder:
        assert left_in(folder) == ["plan.toml", "scenarios", "scenarios/b.gpkg"]
        assert (folder / "scenarios" / "b.gpkg").read_bytes() == b"rows"
    assert not folder.exists()
    assert left_in(tmp_path) == ["plan.zip"]


def test_the_single_folder_in_a_zip_is_the_package(tmp_path):
    path = a_zip_of(tmp_path / "plan.zip", "our plan/plan.toml", "__MACOSX/._plan.toml", ".DS_Store")
    with open_package(path) as folder:
        assert folder.name == "our plan"
        assert left_in(folder) == ["plan.toml"]


def test_a_name_packed_by_a_chinese_windows_is_read_as_it_was_meant(tmp_path):
    path = a_zip_of(tmp_path / "plan.zip", "plan.toml", "XXXX.txt")
    raw = path.read_bytes().replace(b"XXXX.txt", "规划".encode("gbk") + b".txt")
    path.write_bytes(raw)
    with open_package(path) as folder:
        assert left_in(folder) == ["plan.toml", "规划.txt"]


def test_nothing_at_the_path_is_said(tmp_path):
    with (
        pytest.raises(PlanDataError, match=r"There is no plan at .*nowhere"),
        open_package(tmp_path / "nowhere"),
    ):
        pass


def test_a_path_with_a_null_character_is_said():
    with pytest.raises(PlanDataError, match="cannot be opened"), open_package("a\0b"):
        pass


def test_a_device_is_no_plan():
    with pytest.raises(PlanDataError, match="neither a folder nor a file"), open_package("/dev/null"):
        pass


def test_an_empty_file_is_no_plan(tmp_path):
    (tmp_path / "plan.zip").write_bytes(b"")
    with (
        pytest.raises(PlanDataError, match=r"plan\.zip is an empty file"),
        open_package(tmp_path / "plan.zip"),
    ):
        pass


@pytest.mark.parametrize(
    ("names", "codec"),
    [
        (["地块.shp", "街坊.dbf"], "utf-8"),
        (["地块.shp", "街坊.dbf"], "gbk"),
        (["用途地域.shp", "データ.dbf"], "cp932"),
        (["Fläche.shp", "Zone urbanisée.dbf"], "cp437"),
        (["Grün.shp"], "cp437"),
        (["Flurstücke.shp", "Straßen.shp"], "cp437"),
        (["地块.shp", "道路.shp"], ("utf-8", "gbk")),  # packed by two
    ],
)
def test_names_without_the_mark_of_utf_8_are_read_in_the_code_page_of_their_maker(tmp_path, names, codec):
    (tmp_path / "a.zip").write_bytes(
        unmarked_zip(dict.fromkeys(names, b"x"), *([codec] if isinstance(codec, str) else codec))
    )
    (tmp_path / "out").mkdir()
    archive.unpack(tmp_path / "a.zip", tmp_path / "out", ZipLimits())
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == sorted(names)


def test_a_file_that_is_no_zip_is_said(tmp_path):
    (tmp_path / "plan.zip").write_bytes(b"no zip at all" * 10)
    with (
        pytest.raises(PlanDataError, match="neither a folder nor a zip"),
        open_package(tmp_path / "plan.zip"),
    ):
        pass


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_zip_is_said(tmp_path, share):
    path = a_zip(tmp_path / "plan.zip", **{"plan.toml": os.urandom(5000), "plan.gpkg": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(PlanDataError, match="damaged zip"), open_package(path):
        pass


def test_a_changed_byte_is_found_by_its_checksum(tmp_path):
    path = a_zip(tmp_path / "plan.zip", **{"plan.toml": b"A" * 1000})
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"AAAB", 1))
    with pytest.raises(PlanDataError, match="damaged zip"), open_package(path):
        pass


def test_a_zip_without_files_is_said(tmp_path):
    a_zip(tmp_path / "plan.zip")
    with pytest.raises(PlanDataError, match="a zip without files"), open_package(tmp_path / "plan.zip"):
        pass


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "a/../../out.txt", "/etc/out.txt", "..\\out.txt", "C:/out.txt", "C:\\out.txt", "a:b"],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = a_zip_of(tmp_path / "plan.zip", "plan.toml", name)
    with (
        pytest.raises(PlanDataError, match=r"plan\.zip is not unpacked, because of 1 of its entries"),
        open_package(path),
    ):
        pass
    assert left_in(tmp_path) == ["plan.zip"]


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("plan.gpkg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = a_zip_with(tmp_path / "plan.zip", link, b"/etc/passwd")
    with pytest.raises(PlanDataError, match=r"'plan\.gpkg' is a link"), open_package(path):
        pass


def test_devices_in_a_zip_are_refused(tmp_path):
    device = zipfile.ZipInfo("plan.gpkg")
    device.external_attr = (stat.S_IFCHR | 0o777) << 16
    path = a_zip_with(tmp_path / "plan.zip", device)
    with pytest.raises(PlanDataError, match="neither a file nor a folder"), open_package(path):
        pass


def test_encrypted_entries_are_refused(tmp_path):
    path = a_zip_of(tmp_path / "plan.zip", "plan.toml")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(PlanDataError, match="is encrypted"), open_package(path):
        pass


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_the_same_name_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "plan.zip", "w") as target:
        target.writestr("plan.toml", b"id = 1")
        target.writestr("PLAN.toml", b"id = 2")
    with (
        pytest.raises(PlanDataError, match=r"'PLAN\.toml' stands there twice"),
        open_package(tmp_path / "plan.zip"),
    ):
        pass


def test_a_file_that_is_also_a_folder_is_refused(tmp_path):
    path = a_zip_of(tmp_path / "plan.zip", "plan", "plan/plan.toml")
    with pytest.raises(PlanDataError, match="cannot be unpacked"), open_package(path):
        pass


def test_too_many_entries_are_refused(tmp_path):
    path = a_zip_of(tmp_path / "plan.zip", *(f"{number}.txt" for number in range(11)))
    with pytest.raises(PlanDataError, match="holds 11 entries"), open_package(path, ZipLimits(entries=10)):
        pass


def test_ten_gigabytes_of_zeros_are_refused_at_once(tmp_path):
    path = ten_gigabytes_of_zeros(tmp_path / "plan.zip")
    assert path.stat().st_size < 12_000_000
    start = time.process_time()
    with pytest.raises(PlanDataError, match=r"would unpack to 10\.0 GB"), open_package(path):
        pass
    assert time.process_time() - start < 2
    assert left_in(tmp_path) == ["plan.zip"]


def test_a_file_that_shrinks_as_no_geodata_do_is_refused(tmp_path):
    path = tmp_path / "plan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("plan.gpkg", bytes(20 * 1024 * 1024))
    with pytest.raises(PlanDataError, match="no geodata shrink as much"), open_package(path):
        pass


def test_a_header_that_lies_about_the_size_is_found(tmp_path):
    path = tmp_path / "plan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("plan.gpkg", bytes(3_000_000))
    raw = path.read_bytes().replace(struct.pack("<L", 3_000_000), struct.pack("<L", 1_000))
    path.write_bytes(raw)
    with pytest.raises(PlanDataError, match="damaged zip"), open_package(path):
        pass


def test_the_sum_of_all_files_is_limited(tmp_path):
    path = a_zip(tmp_path / "plan.zip", a=os.urandom(600), b=os.urandom(600))
    with (
        pytest.raises(PlanDataError, match="would unpack to"),
        open_package(path, ZipLimits(total_bytes=1000)),
    ):
        pass


@given(names=st.lists(st.text(alphabet="./\\:a字\x01 ~", min_size=1, max_size=12), min_size=1, max_size=4))
def test_whatever_the_names_nothing_is_written_outside(tmp_path_factory, names):
    outer = tmp_path_factory.mktemp("outer")
    path = outer / "plan.zip"
    with zipfile.ZipFile(path, "w") as target, contextlib.ExitStack() as stack:
        stack.enter_context(pytest.warns(UserWarning, match="Duplicate name")) if len(set(names)) < len(
            names
        ) else None
        for name in names:
            target.writestr(name, b"x")
    inner = outer / "deep" / "inner"
    inner.mkdir(parents=True)
    with contextlib.suppress(PlanDataError):
        archive.unpack(path, inner, ZipLimits())
    outside = [file for file in left_in(outer) if not file.startswith(("deep", "plan.zip"))]
    assert outside == []
    assert [file.name for file in (outer / "deep").iterdir()] == ["inner"]


@given(data=st.data())
def test_random_bytes_in_a_zip_are_refused_or_read(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("zip")
    raw = bytearray(a_zip(folder / "a.zip", **{"plan.toml": b"id = 1", "b/c": b"text" * 50}).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (folder / "b.zip").write_bytes(raw)
    with contextlib.suppress(PlanDataError), open_package(folder / "b.zip"):
        pass
    assert left_in(folder) == ["a.zip", "b.zip"]


# Writing


def interrupted_write(path: Path) -> None:
    with writing_file(path) as place:
        place.write_text("half")
        raise KeyboardInterrupt


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    with writing_file(tmp_path / "new" / "a.txt") as place:
        place.write_text("whole")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert left_in(tmp_path) == ["new", "new/a.txt"]


def test_an_interrupt_in_a_write_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted_write(tmp_path / "a.txt")
    assert left_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_an_interrupt_in_a_first_write_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        interrupted_write(tmp_path / "new" / "a.txt")
    assert left_in(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(PlanDataError, match=r"a\.txt cannot be written: No space left"),
        writing_file(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")
    assert left_in(tmp_path) == ["a.txt"]


def test_a_place_under_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("I am a file")
    with (
        pytest.raises(PlanDataError, match="cannot be written: Not a directory"),
        writing_file(tmp_path / "file" / "a"),
    ):
        pass
    with pytest.raises(PlanDataError, match="is a file, so no folder"), writing_folder(tmp_path / "file"):
        pass


def test_a_place_where_nobody_may_write_is_said():
    with pytest.raises(PlanDataError, match="cannot be written"), writing_file("/proc/blockplan/a.txt"):
        pass


def test_what_is_no_ordinary_file_is_not_replaced(tmp_path):
    """A pipe stands here for devices: root could replace /dev/null by a file."""
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(PlanDataError, match="not a file that can be replaced"),
        writing_file(tmp_path / "pipe"),
    ):
        pass
    assert (tmp_path / "pipe").is_fifo()
    assert left_in(tmp_path) == ["pipe"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with writing_file(tmp_path / "link.txt") as place:
        place.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_other_files_of_a_folder_stay_and_owned_ones_that_were_not_written_go(tmp_path):
    for name in ("plan.toml", "notes.md", "scenarios/a.gpkg", "scenarios/gone.gpkg"):
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text("old")
    with writing_folder(tmp_path / "p", owned=("scenarios/*.gpkg",)) as folder:
        (folder / "plan.toml").write_text("new")
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "a.gpkg").write_text("new")
    assert left_in(tmp_path / "p") == ["notes.md", "plan.toml", "scenarios", "scenarios/a.gpkg"]
    assert (tmp_path / "p" / "notes.md").read_text() == "old"
    assert (tmp_path / "p" / "scenarios" / "a.gpkg").read_text() == "new"
    assert left_in(tmp_path) == ["p", *(f"p/{name}" for name in left_in(tmp_path / "p"))]


@pytest.mark.parametrize("fails_at", range(4))
def test_an_interrupt_while_files_are_moved_puts_all_back(tmp_path, monkeypatch, fails_at):
    target = tmp_path / "p"
    target.mkdir()
    for name in ("a", "b"):
        (target / name).write_text("old")
    calls = {"n": 0}
    rename, replace, link = Path.rename, Path.replace, Path.hardlink_to

    def counted(method):
        def move(self, to):
            if calls["n"] == fails_at:
                calls["n"] += 1
                raise KeyboardInterrupt
            calls["n"] += 1
            return method(self, to)

        return move

    def write() -> None:
        with writing_folder(target) as folder:
            for name in ("a", "b"):
                (folder / name).write_text("new")
            monkeypatch.setattr(Path, "rename", counted(rename))
            monkeypatch.setattr(Path, "replace", counted(replace))
            monkeypatch.setattr(Path, "hardlink_to", counted(link))

    with pytest.raises(KeyboardInterrupt):
        write()
    monkeypatch.undo()
    assert {file.name: file.read_text() for file in target.iterdir()} == {"a": "old", "b": "old"}
    assert left_in(tmp_path) == ["p", "p/a", "p/b"]


def test_a_file_that_a_new_one_replaces_is_there_all_the_while(tmp_path, monkeypatch):
    target = tmp_path / "p"
    target.mkdir()
    (target / "a").write_text("old")
    replace, seen = Path.replace, []

    def looked(self, to):
        seen.append((target / "a").read_text())
        return replace(self, to)

    with writing_folder(target) as folder:
        (folder / "a").write_text("new")
        monkeypatch.setattr(Path, "replace", looked)
    assert seen == ["old"]
    assert (target / "a").read_text() == "new"


def test_a_package_is_written_as_a_zip_with_the_same_bytes_every_time(tmp_path):
    for name in ("one.zip", "two.zip"):
        with write_package(tmp_path / name) as folder:
            (folder / "scenarios").mkdir()
            (folder / "plan.toml").write_text("id = 1")
            (folder / "scenarios" / "b.gpkg").write_text("rows")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with open_package(tmp_path / "one.zip") as folder:
        assert left_in(folder) == ["plan.toml", "scenarios", "scenarios/b.gpkg"]


@pytest.mark.long
def test_ctrl_c_in_a_write_leaves_what_was_there(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "plan.toml").write_text("old")
    script = textwrap.dedent(f"""
        import time
        from blockplan.plan.files.archive import write_package
        with write_package({str(tmp_path / "p")!r}) as folder:
            (folder / "plan.toml").write_text("new")
            print("writing", flush=True)
            time.sleep(30)
    """)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in said
    assert left_in(tmp_path) == ["p", "p/plan.toml"]
    assert (tmp_path / "p" / "plan.toml").read_text() == "old"
