"""A pack of rules that a test writes down itself."""

from __future__ import annotations

from pathlib import Path

GOOD = (Path(__file__).parents[1] / "check" / "data" / "good.yaml").read_text(encoding="utf-8")
HEAD = "id: {id}\ntitle: A town\npublisher: Its council\n"


def a_pack(folder: Path, id_: str, more: str = "", changes: dict[str, str] | None = None) -> Path:
    """A pack of one good rule, with more keys or changed text in its rule file."""
    folder.mkdir(parents=True)
    text = GOOD
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "pack.yaml").write_text(HEAD.format(id=id_), encoding="utf-8")
    (folder / "beds.yaml").write_text(text + more, encoding="utf-8")
    return folder
