"""
The service in this process, over SQLite, and with ``--database=postgresql`` over PostgreSQL 17.

Every test has a data folder and empty tables of its own. What no test changes is made once: the reference
plan is read and judged for all of them.
"""

from __future__ import annotations

import datetime as dt
import shutil
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection, transaction
from django.db.models.base import ModelState
from django.db.models.signals import post_migrate
from tests.support.notice_records import HandClock, a_clock, an_opening

from blockplan.notice.office import Law, open_notice
from blockplan.notice.package import FrozenPlan, PackageChoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.portal.config import Config
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.store import DatabaseStore
    from blockplan.report.public.place import PlanPlaces

PLAN = Path(__file__).parents[2] / "examples" / "demonstration-zone"
#: The first of the 30 days of the notices here.
FIRST = dt.date(2026, 3, 2)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Real transactions: group commit happens in several threads. Who needs no database gets none."""
    if item.get_closest_marker("no_database") is None:
        item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session", autouse=True)
def _no_permissions_of_django(django_db_setup: None) -> None:
    """No table of Django's own permissions is filled each time tables are emptied: nothing here reads it."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session", autouse=True)
def _only_tables_with_rows_are_emptied(django_db_setup: None) -> None:
    """To truncate all tables is dear on PostgreSQL, and a test puts something into few of them."""
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = deletions  # type: ignore[method-assign]


def deletions(_style: object, tables: list[str], **_more: bool) -> list[str]:
    """What empties the tables that hold rows, in one transaction: references are looked at where it ends."""
    named = {table: connection.ops.quote_name(table) for table in tables}
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {name})" for table, name in named.items()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [f"DELETE FROM {named[table]}" for (table,) in cursor.fetchall()]


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
    from tests.support.stores import forget_stores

    from blockplan.portal import config as module

    monkeypatch.setenv("BLOCKPLAN_DATA", str(tmp_path / "data"))
    module.config_of_environment.cache_clear()
    forget_stores()
    found = module.config_of_environment()
    for folder in (found.data, found.keys, found.files):
        folder.mkdir(parents=True)
    yield found
    forget_stores()
    module.config_of_environment.cache_clear()


def _signed_in(name: str, role: str) -> Client:
    from tests.support.staff import a_member, browser_of

    return browser_of(a_member(name, role))


@pytest.fixture
def clerk(config: Config) -> Client:
    """The browser of Chen, who enters letters."""
    return _signed_in("Chen", "clerk")


@pytest.fixture
def planner(config: Config) -> Client:
    """The browser of Li, who plans and answers."""
    return _signed_in("Li", "planner")


@pytest.fixture
def approver(config: Config) -> Client:
    """The browser of Wang, who approves."""
    return _signed_in("Wang", "approver")


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


class Ready:
    """The reference plan made ready for its pages: once by the service, and for later tests copied."""

    def __init__(self, folder: Path, judged: tuple[FrozenPlan, CheckResult]) -> None:
        self.folder, self.judged = folder, judged
        self.version: PlanVersion | None = None
        self.places: PlanPlaces | None = None
        self.rows: list[tuple[Any, ...]] = []

    def put(self, notice: str, data: Path) -> PlanVersion:
        """A version for a notice, its objects, and its files in the data folder."""
        from blockplan.portal.plans import places
        from blockplan.portal.plans.models import PlanObject
        from blockplan.portal.plans.prepare import prepare

        names = [field.column for field in PlanObject._meta.concrete_fields][2:]  # after id and version
        table, columns = PlanObject._meta.db_table, ", ".join(names)
        with connection.cursor() as cursor:
            if self.version is None:
                version = prepare(notice, str(PLAN), "", self.judged, PackageChoice())
                for kept in ("packages", "plans"):
                    shutil.copytree(data / kept, self.folder / kept)
                cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
                self.rows, self.version = cursor.fetchall(), copy(version)
                self.places = places.places_of(version)
                return version
            version = copy(self.version)
            version._state = ModelState()
            version.pk, version.notice_id = None, notice
            version.package = str(data / "packages" / Path(version.package).name)
            with transaction.atomic():
                version.save(force_insert=True)
                cursor.executemany(
                    f"INSERT INTO {table} (version_id, {columns}) VALUES (%s{', %s' * len(names)})",
                    [(version.pk, *row) for row in self.rows],
                )
        shutil.copytree(self.folder, data, dirs_exist_ok=True)
        # Under its place in this folder, as a process has it that asked before: what it worked out stays.
        places._HELD[places._file(version.content_hash)] = self.places
        return version


@pytest.fixture(scope="session")
def ready(judged: tuple[FrozenPlan, CheckResult], tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """The reference plan, made ready once."""
    return Ready(tmp_path_factory.mktemp("ready"), judged)


@pytest.fixture
def shown(
    begun: DatabaseStore, ready: Ready, judged: tuple[FrozenPlan, CheckResult], config: Config
) -> DatabaseStore:
    """The reference plan on notice for the same days, made ready for its pages."""
    version = ready.put("town", config.data)
    more = {"publication": "live", "authority": "Town planning office"}
    open_notice(begun, judged[0], Law(country="CN", first=FIRST), by="Li", more=more)
    version.round = 1
    version.save(update_fields=["round"])
    return begun
