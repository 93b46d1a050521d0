"""The town, and what of it an amendment changes."""

import json

import geopandas as gpd
import pytest
from tests.support.builders import square
from tests.support.town import town

from blockplan.cli import main


def changed(plan, layer, id_, **values):
    """The plan with some values of one feature changed."""
    frame = plan.layer(layer).copy()
    for column, value in values.items():
        if column == "geometry":
            frame.geometry = [
                value if one == id_ else shape for one, shape in zip(frame.index, frame.geometry, strict=True)
            ]
        else:
            frame.loc[id_, column] = value
    return plan.replace(**{layer: frame})


def without(plan, layer, id_):
    return plan.replace(**{layer: plan.layer(layer).drop(index=id_)})


def with_blocks(**west):
    """The town in two blocks with caps of floor area; changes of the western one's."""
    blocks = gpd.GeoDataFrame(
        {"block_id": ["K", "L"], "floor_area_m2_max": [5e4, 9e4], "floor_area_transfer_m2": [0.0, 0.0]},
        geometry=[square(0, 0).union(square(0, 1)), square(1, 0).union(square(1, 1))], crs=town().crs,
    )  # fmt: skip
    for column, values in west.items():
        blocks[column] = values
    return town().replace(blocks=blocks)


def told(folder, capsys, *more):
    """What `notice verify` says of a folder, and the code it leaves with."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["notice", "verify", str(folder), *more, "--json"])
    return json.loads(capsys.readouterr().out), left.value.code
