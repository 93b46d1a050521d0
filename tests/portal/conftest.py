"""
The service in this process, over SQLite, and with ``--database=postgresql`` over PostgreSQL 17.

Every test has a data folder and empty tables of its own. What no test changes is made once: the reference
plan is read and judged for all of them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from tests.notice.records import HandClock, a_clock, an_opening

from blockplan.notice.office import Law, open_notice
from blockplan.notice.package import FrozenPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

PLAN = Path(__file__).parents[2] / "examples" / "demonstration-zone"
#: The first of the 30 days of the notices here.
FIRST = dt.date(2026, 3, 2)


@pytest.fixture(scope="session", autouse=True)
def _no_permissions_of_django(django_db_setup: None) -> None:
    """No table of Django's own permissions is filled each time tables are emptied: nothing here reads it."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(autouse=True)
def _tables(transactional_db: None) -> None:
    """Real transactions: group commit happens in several threads."""


@pytest.fixture(autouse=True)
def _passwords_hashed_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with the least work; a served process does the full work."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8 * Argon2PasswordHasher.parallelism)


@pytest.fixture(scope="session")
def judged(frozen: FrozenPlan) -> tuple[FrozenPlan, CheckResult]:
    """The reference plan as it goes on notice, and what `check` says of it."""
    from blockplan.check import check

    return frozen, check(frozen.plan)


@pytest.fixture(scope="session")
def drawn() -> Plan:
    """The reference plan as an office has it."""
    from blockplan.plan import read

    return read(PLAN)


@pytest.fixture(scope="session")
def frozen(drawn: Plan) -> FrozenPlan:
    """The reference plan as it goes on notice."""
    return FrozenPlan.of(drawn)


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
    monkeypatch.setattr(module, "counter", lambda: made.counted)
    monkeypatch.setattr(module, "database_clock", lambda: made().timestamp())
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
def shown(begun: DatabaseStore, judged: tuple[FrozenPlan, CheckResult]) -> DatabaseStore:
    """The reference plan on notice for the same days, made ready for its pages."""
    from blockplan.portal.plans.prepare import prepare

    version = prepare("town", str(PLAN), judged=judged)
    more = {"publication": "live", "authority": "Town planning office"}
    open_notice(begun, judged[0], Law(country="CN", first=FIRST), by="Li", more=more)
    version.round = 1
    version.save(update_fields=["round"])
    return begun
