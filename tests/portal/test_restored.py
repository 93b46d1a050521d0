"""A service on a restored backup says so, enters nothing in silence, and goes on under a new key."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.support.opinion_form import page
from tests.support.staff import a_member, browser_of
from tests.support.stores import forget_stores

from blockplan.cli.notice.lifecycle import command
from blockplan.errors import NoticeStateError
from blockplan.notice import submissions as intake
from blockplan.notice.record import export
from blockplan.notice.recovery import Held, recover
from blockplan.notice.verify import verify
from blockplan.portal.record import countersigning, place
from blockplan.portal.record.models import Checkpoint, Entry, Node, Opinion
from blockplan.portal.record.store import UnavailableError, open_store, store_with
from blockplan.portal.submissions.services import Receipt, Said, new_form, take

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

WHO = {"reason": "the disk was lost", "by": "Li", "second": "Chen"}


def an_opinion(text: str) -> Receipt:
    return take("town", Said(opinion=intake.Submission(text=text), form=new_form()))


def older_database(store: DatabaseStore, size: int) -> None:
    """The tables as they were when the record had so many entries; the keys stay as they are."""
    for table in (Entry, Opinion):
        table.objects.filter(notice_id=store.notice, seq__gte=size).delete()  # type: ignore[attr-defined]
    Checkpoint.objects.filter(notice_id=store.notice, size__gt=size).delete()
    for level in range(8):
        Node.objects.filter(notice_id=store.notice, level=level, index__gte=size >> level).delete()
    forget_stores()


@pytest.fixture
def lost(shown: DatabaseStore) -> tuple[DatabaseStore, list[Receipt]]:
    """Two opinions before the backup of the database, and two after it that are lost."""
    receipts = [an_opinion(text) for text in ("one", "two", "three", "four")]
    older_database(shown, 3)
    return open_store("town"), receipts


@pytest.mark.long
def test_an_older_database_is_told_to_everybody_and_nothing_is_signed_or_exported(
    lost: tuple[DatabaseStore, list[Receipt]], tmp_path: Path
) -> None:
    store, _ = lost
    with pytest.raises(UnavailableError, match="older"):
        an_opinion("five")
    with pytest.raises(NoticeStateError, match="older"):
        export(store, tmp_path / "record", store.notary)
    for address in ("/en/notices/town/", "/en/notices/town/record/"):
        assert "older copy: it holds 3 entries, and 5 were signed" in page(Client().get(address))
    office = page(browser_of(a_member("Li", "planner")).get("/en/office/notices/town/"))
    assert "notice recover town" in office
    for address in ("/files/town/record.zip", "/api/v1/notices/town/export/record.zip"):
        assert Client().get(address).status_code == 409
    assert (
        "\n5\n" in Client().get("/files/town/checkpoint.txt").content.decode()
    )  # the newest that was signed


@pytest.mark.long
def test_a_service_goes_on_under_a_new_key_with_what_submitters_hold(
    lost: tuple[DatabaseStore, list[Receipt]], config: Config, tmp_path: Path
) -> None:
    old, receipts = lost
    before = str(old.notary.verifier)
    held = Held([dict(one.document) for one in receipts])
    done = recover(lambda notary: store_with("town", notary, config), config.keys / "town.key", held, **WHO)
    forget_stores()
    assert sorted(done.entered) == ["O-3", "O-4"]
    html = page(Client().get("/en/notices/town/"))
    assert "goes on from its first 3 entries, under a new key; 5 are known" in html
    assert an_opinion("five").late is False
    store = open_store("town")
    export(store, tmp_path / "record", store.notary)
    found = verify(tmp_path / "record", key=before, receipts=[dict(one.document) for one in receipts])
    assert found.findings == []
    assert Opinion.objects.count() == 5


def test_a_copy_of_the_data_folder_enters_nothing_before_somebody_has_said_what_it_is(
    opened: DatabaseStore, config: Config
) -> None:
    an_opinion("one")
    kept = config.data.with_name("kept")
    config.keys.rename(kept)
    shutil.copytree(kept, config.keys)
    forget_stores()
    with pytest.raises(UnavailableError, match="copy"):
        an_opinion("two")
    office = page(browser_of(a_member("Li", "planner")).get("/en/office/notices/town/"))
    assert "The data folder is a copy" in office
    assert "The data of this service are a copy" in page(Client().get("/en/notices/town/record/"))
    assert Client().get("/files/town/record.zip").status_code == 409
    assert place.settle_all(config, anew=True) == ["town"]
    assert an_opinion("two").opinion == "O-2"


def test_both_restored_together_are_known_by_their_place_and_recovered_by_receipts(
    opened: DatabaseStore, config: Config
) -> None:
    an_opinion("one")
    kept = config.data.with_name("kept")
    shutil.copytree(config.keys, kept)
    later = an_opinion("two")
    older_database(opened, 2)
    shutil.rmtree(config.keys)
    shutil.copytree(kept, config.keys)
    with pytest.raises(UnavailableError, match="copy"):
        an_opinion("another")
    done = recover(
        lambda notary: store_with("town", notary, config), config.keys / "town.key",
        Held([dict(later.document)]), **WHO,
    )  # fmt: skip
    place.settle(config, "town")
    forget_stores()
    assert (done.event.payload["kept"], done.event.payload["lost"]) == (2, 3)
    assert an_opinion("another").document["key"] != later.document["key"]


def test_the_command_recovers_a_notice_of_the_service(
    lost: tuple[DatabaseStore, list[Receipt]], config: Config, tmp_path: Path
) -> None:
    config.data.chmod(0o700)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(dict(lost[1][2].document)))
    words = ["recover", "town", "--data", str(config.data), "--receipt", str(receipt), "--json"]
    done = CliRunner().invoke(command, [*words, "--reason", "x", "--by", "Li", "--second", "Chen"])
    assert done.exit_code == 0, (done.output, done.exception)
    forget_stores()
    assert list(json.loads(done.stdout)["entered"]) == ["O-3"]
    assert an_opinion("five").late is False


def test_without_witnesses_and_authorities_in_the_settings_nobody_is_asked(opened: DatabaseStore) -> None:
    assert (countersigning.ask_witnesses(), countersigning.ask_stamps()) == (0, 0)
