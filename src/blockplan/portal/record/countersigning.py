"""Witnesses and time stamps of the service's records, asked now and then by the process beside it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from blockplan.errors import BlockplanError
from blockplan.notice.countersignatures import Outside, ask_witness, stamp
from blockplan.notice.proof.witnesses import Witness
from blockplan.portal.config import config_of_environment
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from blockplan.portal.record.store import DatabaseStore

#: A little less than a day, so that it is asked at every day's same hour.
DAY_S = 23.5 * 3600
log = logging.getLogger(__name__)


def outside_of(notice: str) -> Outside:
    """What others signed of a record."""
    return Outside(config_of_environment().keys / f"{notice}.key")


def ask_witnesses() -> int:
    """Have every witness of the settings sign what is new in every open notice; gives back how many notes."""
    config = config_of_environment()
    return sum(_asked(open_store(name)) for name in _open()) if config.witnesses else 0


def ask_stamps() -> int:
    """Have the time-stamping authority of the settings stamp what is new; gives back how many."""
    config, made = config_of_environment(), 0
    for name in _open() if config.timestamps else ():
        store, outside = open_store(name), outside_of(name)
        note = store.checkpoint()
        if note is None or outside.stamped_lately(DAY_S):
            continue
        if any(one["checkpoint"] == note for one in outside.stamps()):
            continue  # nothing new
        try:
            store.notary.require_newest(store, store.size)
            outside.add_stamp(stamp(note, config.timestamps))
            made += 1
        except BlockplanError as error:
            log.warning("no time stamp for %s: %s", name, error)
    return made


def _open() -> list[str]:
    return list(Notice.objects.exclude(state="draft").values_list("id", flat=True))


def _asked(store: DatabaseStore) -> int:
    note, outside = store.checkpoint(), outside_of(store.notice)
    if note is None or any(one.startswith(note) for one in outside.witnessed()):
        return 0
    signed = note
    for one in config_of_environment().witnesses:
        try:
            store.notary.require_newest(store, store.size)
            witness = Witness.read(one.key)
            signed = ask_witness(signed, store.notary.verifier, store, witness, one.address)
        except (BlockplanError, ValueError) as error:
            log.warning("the witness at %s did not sign %s: %s", one.address, store.notice, error)
    if signed == note:
        return 0
    outside.add_witnessed(signed)
    return 1
