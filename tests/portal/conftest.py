"""
The service in this process, over SQLite, and with ``--database=postgresql`` over PostgreSQL 17.

Every test has a data folder and empty tables of its own.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.notice.records import HandClock, a_clock, an_opening

from blockplan.notice.office import FrozenPlan, Law, open_notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

PLAN = Path(__file__).parents[2] / "examples" / "demonstration-zone"
#: The first of the 30 days of the notices here.
FIRST = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _tables(transactional_db: None) -> None:
    """Real transactions: group commit happens in several threads."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """The settings of this process, with a data folder of the test's own."""
    from blockplan.portal import config as module
    from blockplan.portal.record.store import forget_stores

    monkeypatch.setenv("BLOCKPLAN_DATA", str(tmp_path / "data"))
    module.config_of_environment.cache_clear()
    forget_stores()
    found = module.config_of_environment()
    for folder in (found.data, found.keys, found.files):
        folder.mkdir(parents=True)
    yield found
    forget_stores()
    module.config_of_environment.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The server's clock, set by hand: 2 March 2026, nine in the morning in Beijing."""
    from blockplan.portal import clock as module

    made = a_clock()
    monkeypatch.setattr(module, "now", made)
    return made


@pytest.fixture
def begun(config: Config, clock: HandClock) -> DatabaseStore:
    """The record of a notice that is not open yet."""
    from blockplan.portal.record.store import begin

    return begin("town", config)


@pytest.fixture
def opened(begun: DatabaseStore) -> DatabaseStore:
    """A notice that runs from 2 to 31 March 2026 in Beijing, of no real plan; words are shown at once."""
    title = {"zh": "试点片区", "en": "A made-up quarter", "ja": "架空の街区"}
    opening = an_opening(publication="live")
    begun.append("opened", opening | {"plan": opening["plan"] | {"title": title}})
    return begun


@pytest.fixture
def shown(begun: DatabaseStore) -> DatabaseStore:
    """The reference plan on notice for the same days, made ready for its pages."""
    from blockplan.portal.plans.prepare import prepare

    version = prepare("town", str(PLAN))
    more = {"publication": "live", "authority": "Town planning office"}
    open_notice(begun, FrozenPlan.read(PLAN), Law(country="CN", first=FIRST), by="Li", more=more)
    version.round = 1
    version.save(update_fields=["round"])
    return begun
