"""A new file of SQLite gets the same tables at once as by all migrations, one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.portal_service import environment
from tests.portal.databases import on_sqlite

if TYPE_CHECKING:
    from pathlib import Path

#: Makes the tables in one of the two ways, and tells what stands in the database then.
MAKE = """
import json, sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
from blockplan.portal.tables import make_or_renew

make_or_renew() if sys.argv[1] == "at once" else call_command("migrate", verbosity=0)
make_or_renew()  # again: nothing is left to do
def named(rule):
    return "" if rule.startswith(("__", "fk_")) else rule  # those are numbered as they stand in the table

look, found = connection.introspection, {}
with connection.cursor() as cursor:
    for name in look.table_names(cursor):
        columns = [
            str([one.name, one.type_code, one.internal_size, one.null_ok, one.default])
            for one in look.get_table_description(cursor, name)
        ]
        rules = [
            str([named(rule), kept["columns"], kept["primary_key"], kept["unique"], kept["foreign_key"],
                 kept["check"], kept["index"], kept.get("orders"), kept.get("definition")])
            for rule, kept in look.get_constraints(cursor, name).items()
        ]
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        found[name] = [sorted(columns), sorted(rules), cursor.fetchone()[0]]
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
print(json.dumps(found))
"""


@on_sqlite
@pytest.mark.long
def test_tables_made_at_once_are_those_of_the_migrations(tmp_path: Path) -> None:
    at_once, one_by_one = made(tmp_path / "a", "at once"), made(tmp_path / "b", "one by one")
    assert at_once.keys() == one_by_one.keys()
    for name, said in at_once.items():
        assert said == one_by_one[name], name


def made(data: Path, way: str) -> dict[str, Any]:
    for folder in ("keys", "files", "static"):
        (data / folder).mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", MAKE, way], env=environment(data, None), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
