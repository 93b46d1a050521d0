"""The plans that texts are held against."""

from collections import OrderedDict

import pytest
from tests.deliver.made import a_view
from tests.support.town import town

from blockplan.deliver.text import checking
from blockplan.exchange.office.importing import import_office
from blockplan.plan import read


@pytest.fixture(autouse=True, scope="session")
def _what_texts_are_held_against_is_put_together_once():
    """What a plan says takes longer to put together than a sentence to be held against it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("knowledge", "Lexicon", "Report"):
            patch.setattr(checking, name, remembered(getattr(checking, name)))
        yield


def remembered(make, most=6):
    """The same function, which gives for the same object what it gave before."""
    found = OrderedDict()

    def made(of, *more):
        key = (id(of), *more)
        if key not in found:
            found[key] = of, make(of, *more)  # with the object: its id is no other's as long as it lives
        found.move_to_end(key)
        while len(found) > most:
            found.popitem(last=False)
        return found[key][1]

    return made


@pytest.fixture(scope="module")
def small():
    """The town with a named facility and street."""
    plan = town(title={"zh": "示例镇"}, horizon=2035)
    facilities = plan.layer("facilities").assign(name_zh=["怡和养老院", "示例文化馆", "启明小学", "第一医院"])
    streets = plan.layer("streets").assign(name_zh=["北街", None, None, None], red_line_width_m=24.0)
    parcels = plan.layer("parcels").copy()
    parcels["parcel_id"] = [f"K-{id_}-01" for id_ in parcels.index]
    facilities["parcel_id"] = [f"K-{id_}-01" for id_ in facilities["parcel_id"]]
    buildings = plan.layer("buildings").assign(parcel_id=["K-A-01", "K-D-01"])
    return a_view(plan.replace(facilities=facilities, streets=streets, parcels=parcels, buildings=buildings))


@pytest.fixture(scope="module")
def views(repo, tmp_path_factory):
    """
    The office's town and the demonstration zone.

    The texts about the town speak of an existing use of their own, so the plan is read without its.
    """
    plan = tmp_path_factory.mktemp("town") / "plan"
    import_office([repo / "examples" / "office-town" / "shapefiles"], plan)
    town_read = read(plan)
    parcels = town_read.layer("parcels").drop(columns="existing_land_use")
    return {
        "office-town": a_view(town_read.replace(parcels=parcels)),
        "demonstration-zone": a_view(read(repo / "examples" / "demonstration-zone")),
    }
