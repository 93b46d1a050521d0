"""Files with bytes lost or changed are read, told or refused; never a fault of ours."""

from __future__ import annotations

import contextlib
import random
import shutil

import pytest
from tests.exchange.office.conftest import parcels, shapefile, workbook

from blockplan.errors import BlockplanError
from blockplan.exchange.office.importing import import_office

# GDAL warns of what it finds; that is not ours to hush in the product.
pytestmark = pytest.mark.filterwarnings("ignore")


def damaged(data, rng):
    """Bytes with some flipped, cut off or blanked."""
    found = bytearray(data)
    kind = rng.choice(["flip", "cut", "blank"])
    if kind == "cut":
        return bytes(found[: rng.randrange(len(found))])
    at = rng.randrange(len(found))
    if kind == "blank":
        found[at : at + 100] = bytes(min(100, len(found) - at))
    else:
        for _ in range(20):
            found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


@pytest.mark.long
def test_a_damaged_folder_never_breaks_the_door(folder, tmp_path):
    rng = random.Random(16)
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "G1"]), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01", "≤2.0"]])
    (folder / "界址点.txt").write_text(
        "[地块坐标]\n4,1,T-1,x,面,,,,@\nJ1,1,4400000,500000\n", encoding="utf-8"
    )
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    for _ in range(12):
        shutil.rmtree(folder)
        folder.mkdir()
        for name, data in whole.items():
            (folder / name).write_bytes(damaged(data, rng) if rng.random() < 0.4 else data)
        with contextlib.suppress(BlockplanError):
            import_office([folder], tmp_path / "plan")
