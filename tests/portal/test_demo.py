"""The demonstration notice is opened by the door of every notice: with a package that two signed."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pyogrio
import pytest
from tests.portal.conftest import PLAN

from blockplan.notice import Attachment
from blockplan.notice import submissions as intake
from blockplan.notice.package import is_known, package_hash
from blockplan.notice.verify import verify
from blockplan.plan.model.layers import LAYERS
from blockplan.portal.demo import NAME, open_demo
from blockplan.portal.office.models import Audit, Draft
from blockplan.portal.record.exports import record_file
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions.services import Receipt, Said, new_form, take

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.check.verdict import CheckResult
    from blockplan.notice.package import FrozenPlan
    from blockplan.portal.config import Config


#: What stands in no file of the public record, in lower case.
SECRET = (b"secret", b"personal name", b"personal road", b"@example.org")


@pytest.mark.long
def test_two_signed_the_package_of_the_demonstration_and_nothing_else_is_in_it(
    config: Config, clock: HandClock, judged: tuple[FrozenPlan, CheckResult], tmp_path: Path
) -> None:
    assert open_demo(PLAN, lambda: judged) == NAME
    assert open_demo(PLAN, lambda: 1 / 0) == NAME  # type: ignore[arg-type,return-value]
    store = open_store(NAME)
    opened = next(store.events({"opened"})).payload
    release = opened["release"]
    assert release["by"] != release["second"]
    assert (release["package"], release["plan"]) == (
        package_hash(opened["plan"]["files"]), opened["plan"]["content_hash"]
    )  # fmt: skip
    assert release["seen"] == [], "nothing goes out that may name persons, and nothing else stands against it"
    assert not Draft.objects.exists()
    assert {"release_answered", "release_signed", "opened"} <= set(
        Audit.objects.values_list("what", flat=True)
    )
    write_opinions(clock)
    with zipfile.ZipFile(record_file(store)[0]) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.glob("*-record")
    shutil.move(folder, tmp_path / "record")
    assert verify(tmp_path / "record").findings == []
    nothing_else_is_in(tmp_path / "record", opened)
    shown = tmp_path / "record" / "plan-1"
    assert sorted(path.name for path in shown.iterdir()) == ["plan.gpkg", "plan.toml"]
    for layer, _ in pyogrio.list_layers(shown / "plan.gpkg"):
        columns = set(pyogrio.read_info(shown / "plan.gpkg", layer=layer)["fields"])
        assert [one for one in columns if not is_known(one, LAYERS[layer].columns)] == [], layer
        assert not {"owner", "remarks"} & columns


def write_opinions(clock: HandClock) -> None:
    """One in each state, each with a name, an address and a mail address that nobody may read."""
    store = open_store(NAME)
    clock.on(days=1)

    def one(state: str, *, looked_at: bool = True, files: tuple[Attachment, ...] = ()) -> Receipt:
        person = {"name": "Personal Name", "address": "Personal Road 1", "contact": "personal@example.org"}
        opinion = intake.Submission(
            text=f"words {state}", person=person, files=files, more={"language": "en"}
        )
        said = Said(opinion=opinion, form=new_form(), mail="personal@example.org", proved=looked_at)
        return take(NAME, said)

    one("public", files=(Attachment("trees.txt", "text/plain", b"public file"),))
    one("secret held", looked_at=False)
    taken_back = one("secret withdrawn")
    intake.withdraw(store, taken_back.opinion, secret=taken_back.secret, reason="secret reason")
    gone = one("secret erased", files=(Attachment("secret.txt", "text/plain", b"secret file"),))
    intake.erase(store, gone.opinion, ground="asked for", by="Li")
    amended = one("secret before it was amended")
    intake.amend(store, amended.opinion, "words amended", secret=amended.secret)
    two = {"ground": "privacy", "by": "Li", "second": "Wang"}
    redacted = one("secret redacted").opinion
    store.append("redacted", two | {"opinion": redacted, "text": "words that may stand"})
    store.append("withheld", two | {"opinion": one("secret withheld").opinion})


def nothing_else_is_in(record: Path, opened: dict[str, Any]) -> None:
    """Every file of a public record, read to the last byte."""
    files = {path.relative_to(record).as_posix(): path.read_bytes() for path in record.rglob("*.*")}
    assert sorted(files) == [
        "README.txt", "checkpoint.txt", "checkpoints.jsonl", "files/2-0.txt", "key.txt", "log.jsonl",
        "manifest.json", "manifest.note", "plan-1/plan.gpkg", "plan-1/plan.toml",
    ]  # fmt: skip
    for name, content in files.items():
        assert [word for word in SECRET if word in content.lower()] == [], name
    assert files["files/2-0.txt"] == b"public file"
    for said in opened["plan"]["files"]:
        content = files[f"plan-1/{said['path']}"]
        assert hashlib.sha256(content).hexdigest() == said["sha256"], "as two signed it"
    lines = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    assert all("person" not in line and "person_key" not in line for line in lines)
    shown = {key for line in lines for key in line.get("body", {}) if line["leaf"]["kind"] != "opened"}
    assert shown == {
        "by", "channel", "ends_before", "entries", "files", "from", "ground", "language",
        "late", "of", "on", "opinion", "round", "second", "step", "text",
    }  # fmt: skip
