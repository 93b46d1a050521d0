"""An opinion is changed from the command line in everything that the form and the API can change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.builders import a_plan
from tests.support.notice_records import HandClock, a_clock
from tests.support.openings import OPEN

from blockplan.cli import main
from blockplan.notice import ledger
from blockplan.notice.submissions import CARRIED
from blockplan.notice.verify import verify
from blockplan.plan import write

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = (
    "--text", "More trees.", "--title", "Trees", "--given-reason", "shade", "--clause", "3",
    "--object", "parcels:A", "--object", "parcels:B", "--place", "500050, 4400020", "--file", "letter.txt",
    "--file", "photo.txt",
)  # fmt: skip
LINE = {"type": "LineString", "coordinates": [[500010.0, 4400010.0], [500090.0, 4400010.0]]}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    clock = a_clock()
    monkeypatch.setattr(ledger, "system_clock", clock)
    return clock


@pytest.fixture
def call(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Call ``blockplan notice COMMAND town.notice ...`` in a folder with a small plan and some files."""
    monkeypatch.chdir(tmp_path)
    write(a_plan(manifest={"id": "town"}), tmp_path / "plan")
    for name in ("letter", "photo", "sketch"):
        Path(f"{name}.txt").write_text(f"A made-up {name}.", encoding="utf-8")
    Path("line.geojson").write_text(json.dumps({"type": "Feature", "geometry": LINE}), encoding="utf-8")

    def called(command: str, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["notice", command, "town.notice", *arguments])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return called


@pytest.fixture
def do(call: Callable[..., tuple[int, str, str]]) -> Callable[..., dict[str, Any]]:
    def done(command: str, *arguments: str) -> dict[str, Any]:
        code, out, err = call(command, *arguments, "--json")
        assert code == 0, err
        document: dict[str, Any] = json.loads(out)
        return document

    assert done("open", "plan", *OPEN)["kind"] == "opened"
    return done


def carried(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document["payload"].items() if key in CARRIED}


def names(document: dict[str, Any]) -> list[str]:
    return [file["name"] for file in document["payload"].get("files", ())]


def test_everything_that_stands_beside_the_words_is_changed_and_what_is_not_named_stays(do: Any) -> None:
    first = do("submit", *FIRST)
    assert (first["payload"]["place"]["said"], first["payload"]["geometry"]) == (
        "500050, 4400020", {"type": "Point", "coordinates": [500050.0, 4400020.0]},
    )  # fmt: skip
    way = (first["opinion"], "--secret", first["secret"])
    moved = do("amend", *way, "--object", "parcels:C", "--drawing", "line.geojson", "--file", "sketch.txt",
               "--drop-file", "letter.txt")  # fmt: skip
    assert moved["payload"]["text"] == "More trees."
    assert carried(moved) == carried(first) | {
        "targets": [{"layer": "parcels", "id": "C"}], "geometry": LINE,
        "place": {"system": "plan", "sent": LINE},
    }  # fmt: skip
    assert names(moved) == ["photo.txt", "sketch.txt"]
    words = do("amend", *way, "--text", "Fewer trees.", "--title", "Shade")
    assert words["payload"]["text"] == "Fewer trees."
    assert carried(words) == carried(moved) | {"title": "Shade"}
    assert names(words) == names(moved)


def test_an_empty_text_takes_out_and_the_record_holds_every_version(do: Any, tmp_path: Path) -> None:
    first = do("submit", *FIRST)
    bare = do("amend", first["opinion"], "--by", "clerk", "--title", "", "--given-reason", "", "--clause", "",
              "--object", "", "--place", "", "--drop-file", "letter.txt",
              "--drop-file", "photo.txt")  # fmt: skip
    assert not any(carried(bare).values())
    assert names(bare) == []
    do("export", "--out", "record", "--archive")
    assert verify(tmp_path / "record").findings == []
    log = (tmp_path / "record" / "log.jsonl").read_text(encoding="utf-8")
    assert '"title":"Trees"' in log
    assert (tmp_path / "record" / "files" / "1-0.txt").read_text(encoding="utf-8") == "A made-up letter."


@pytest.mark.long
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "Nothing is given that would change it"),
        (("--drop-file", "map.txt"), "O-1 has no file 'map.txt'. Its files: letter.txt, photo.txt."),
        (("--object", "A"), "write layer and id"),
        (("--place", "500050, 4400020", "--drawing", "line.geojson"), "Give --place or --drawing, not both"),
        (("--datum", "wgs84"), "--datum goes with --place"),
        (("--place", "500050, 4500000"), "outside"),
        (("--drawing", "letter.txt"), "no valid JSON"),
        (("--text", " ", "--drop-file", "letter.txt", "--drop-file", "photo.txt"), "no words and no file"),
    ],
)
def test_what_cannot_be_changed_so_is_said_and_nothing_is_entered(
    do: Any, call: Any, given: tuple[str, ...], said: str
) -> None:
    do("submit", *FIRST)
    code, _, err = call("amend", "O-1", "--by", "clerk", *given)
    assert code == 2
    assert said in err
    assert do("status")["entries"] == 2
