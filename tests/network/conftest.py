"""What tests of the network share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.streets import streets_of

if TYPE_CHECKING:
    import geopandas as gpd


@pytest.fixture
def cross() -> gpd.GeoDataFrame:
    """Two streets of 200 m that cross in (0, 0)."""
    return streets_of([(-100, 0), (100, 0)], [(0, -100), (0, 100)])
