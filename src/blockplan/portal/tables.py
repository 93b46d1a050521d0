"""
Making the tables of the service, and renewing older ones.

A new file of SQLite gets the tables as the models are now, and all migrations are noted as made. To go
through each of them, most of which are Django's own and those of the accounts, takes six times as long
and ends at the same tables (a test compares them). PostgreSQL, and a file that has tables, is migrated.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator


def make_or_renew() -> None:
    """
    Make the tables of an empty database, or bring older ones up to date.

    Raises
    ------
    django.db.Error
        If the database cannot be reached or written.
    """
    if connection.vendor != "sqlite":
        call_command("migrate", verbosity=0)
        return
    with _at_once():
        if connection.introspection.table_names():
            call_command("migrate", verbosity=0)
        else:
            _make()


def _make() -> None:
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
    call_command("createcachetable", verbosity=0)
    made = MigrationRecorder(connection)
    made.ensure_schema()
    for app, name in MigrationLoader(connection).graph.nodes:
        made.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@contextmanager
def _at_once() -> Iterator[None]:
    """Meanwhile tables change in one transaction: all of them or none, and the disk is waited for once."""
    # SQLite heeds this outside of a transaction alone, and Django changes no table while it is on.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
    finally:
        connection.enable_constraint_checking()
