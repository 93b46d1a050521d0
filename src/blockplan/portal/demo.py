"""The demonstration notice: the reference plan, synthetic and saying so, on notice from today on."""

from __future__ import annotations

import datetime as dt
import tomllib
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from blockplan.notice.office import Law, open_notice
from blockplan.notice.particulars import particulars_from
from blockplan.portal import clock
from blockplan.portal.plans.prepare import prepare
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import begin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from blockplan.portal.ahead import Judged
    from blockplan.portal.config import Config

PARTICULARS = "demo.toml"
NAME = "demo"
COUNTRY = "CN"


def open_demo(config: Config, plan: Path, judged: Callable[[], Judged]) -> str:
    """
    Open the demonstration notice, where there is none yet; gives back its id.

    Parameters
    ----------
    plan
        The package of the reference plan.
    judged
        Gives its public package and what `check` says of it; asked only where the notice is opened.
    """
    if Notice.objects.filter(id=NAME).exists():
        return NAME
    frozen, result = judged()
    store = begin(NAME, config)
    version = prepare(NAME, plan, judged=(frozen, result))
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    more = {
        "authority": version.document["authority"],
        "publication": "live",
        "synthetic": True,
        "particulars": particulars_from(tomllib.loads(_words())).to_dict(),
    }
    open_notice(
        store, frozen, Law(country=COUNTRY, first=today), by="demonstration", more=more,
        steps=[("expert_review", (today - dt.timedelta(days=1)).isoformat())],
    )  # fmt: skip
    version.round = 1
    version.save(update_fields=["round"])
    return NAME


def _words() -> str:
    """What the demonstration says of itself; invented like its plan, and saying so."""
    return resources.files("blockplan.portal").joinpath(PARTICULARS).read_text(encoding="utf-8")
