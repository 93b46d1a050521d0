"""The demonstration notice is opened by the door of every notice: with a package that two signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio
from tests.portal.conftest import PLAN

from blockplan.notice.package import is_known, package_hash
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.plan.model.layers import LAYERS
from blockplan.portal.demo import NAME, open_demo
from blockplan.portal.office.models import Audit, Draft
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notice.records import HandClock

    from blockplan.check.verdict import CheckResult
    from blockplan.notice.package import FrozenPlan
    from blockplan.portal.config import Config


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
    export(store, tmp_path / "record", store.notary)
    assert verify(tmp_path / "record").findings == []
    shown = tmp_path / "record" / "plan-1"
    assert sorted(path.name for path in shown.iterdir()) == ["plan.gpkg", "plan.toml"]
    for layer, _ in pyogrio.list_layers(shown / "plan.gpkg"):
        columns = set(pyogrio.read_info(shown / "plan.gpkg", layer=layer)["fields"])
        assert [one for one in columns if not is_known(one, LAYERS[layer].columns)] == [], layer
        assert not {"owner", "remarks"} & columns
