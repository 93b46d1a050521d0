"""What a proposal must leave as it is: named features, layers, files of them, committed parcels."""

import pytest
from tests.support.builders import a_plan, parcels_of

from blockplan.errors import UsageError
from blockplan.propose.changes import Change
from blockplan.propose.locks import read_locks


def plan():
    return a_plan(parcels_of("1401", "0701", "16", residents=[None, 12, None], committed=[True, False, None]))


def test_committed_parcels_are_locked_unasked():
    locks = read_locks(plan())
    assert [locks.hold("parcels", id_) for id_ in "ABC"] == [True, False, False]


def test_a_feature_a_layer_and_a_file_of_them_can_be_locked(tmp_path):
    (tmp_path / "stay.txt").write_text("# the school\nparcels:B\n\nstops # all of them\n")
    locks = read_locks(plan(), ["parcels:C", str(tmp_path / "stay.txt")])
    assert locks.hold("parcels", "B")
    assert locks.hold("parcels", "C")
    assert locks.hold("stops", "anything")
    assert not locks.hold("facilities", "B")
    assert locks.to_list() == ["stops", "parcels:B", "parcels:C"]
    touching = Change("stops", "S-1", "modes", None, "bus")
    assert locks.touched([touching, Change("greens", "G", "kind", None, "park")]) == [touching]


def test_a_lock_that_holds_nothing_is_refused_with_every_such_name():
    with pytest.raises(UsageError, match=r"(?s)no layer 'parks'.*parcels has no 'Z'"):
        read_locks(plan(), ["parks:1", "parcels:Z"])
