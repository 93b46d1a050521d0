"""What a search of the workbench is asked for, as it came in and held to what makes sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from blockplan.errors import UsageError
from blockplan.figures import number
from blockplan.propose.services import SERVICES
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXTS = Catalog(__package__, "refusals.toml")
#: Longest search that may be asked for, s.
LONGEST_S = 600.0
#: Longest distance that may count as reached, m.
FARTHEST_M = 10_000.0
#: Most sites that one search may place.
MOST_NEW = 20
#: Most new housing, ha, and largest number that can be said of a use.
MOST_HA, MOST_M2 = 10_000.0, 1e8
Kind = Literal["repair", "site", "landuse", "layout"]
#: What is said of a use that is to be laid out: sites, m2 of the least and the largest, m to homes.
OF_USE = ("count", "least_m2", "most_m2", "within_m")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """
    What a search is to find.

    Attributes
    ----------
    kind
        A repair, sites for a service, uses for the parcels that may change theirs, or parcels on vacant land.
    seconds
        Wall-clock seconds that it may take, judging included.
    parts
        Whether a part of a parcel may get another use, where a whole one is more than is needed.
    service, new, within_m, site_m2, weigh_by, in_place
        Of sites: for what, how many at most, the distance that counts as reached and the least land of one
        (None: the plan's own), whom they are for (None: residents, of stations jobs too), and whether
        parcels that have such a use already may take one too.
    vacant, uses, homes_ha, count_by
        Of a layout: ids of the parcels that are drawn anew (undecided land where empty), use -> what is said
        of it (`OF_USE`; a number that is left out is that of the rules, and without any use all is placed
        that rules find lacking), new housing in ha, and what homes count by (None: residents, of a map
        buildings).
    """

    kind: Kind = "repair"
    seconds: float = 30.0
    parts: bool = False
    service: str = ""
    new: int = 1
    within_m: float | None = None
    site_m2: float | None = None
    weigh_by: str | None = None
    in_place: bool = False
    vacant: Sequence[str] = ()
    uses: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    homes_ha: float = 0.0
    count_by: str | None = None

    def __post_init__(self) -> None:
        """
        Refuse what no search can do.

        Raises
        ------
        UsageError
            If a value makes no sense.
        """
        if self.kind not in get_args(Kind):
            raise _no_search("kind", kind=repr(self.kind), kinds=", ".join(get_args(Kind)))
        if not _is_number(self.seconds) or not 0 < self.seconds <= LONGEST_S:
            raise _no_search("seconds", most=number(LONGEST_S))
        if not isinstance(self.parts, bool):
            raise _no_search("parts")
        if not isinstance(self.in_place, bool):
            raise _no_search("in_place")
        self._check_sites()
        self._check_layout()

    def _check_sites(self) -> None:
        if not isinstance(self.service, str):
            raise _no_search("word")
        if self.kind == "site" and self.service not in SERVICES:
            raise _no_search("service", service=repr(self.service), known=", ".join(SERVICES))
        if not isinstance(self.new, int) or isinstance(self.new, bool) or not 1 <= self.new <= MOST_NEW:
            raise _no_search("new", most=MOST_NEW)
        if self.within_m is not None and not (_is_number(self.within_m) and 0 < self.within_m <= FARTHEST_M):
            raise _no_search("within_m", most=number(FARTHEST_M))
        if not _is_size(self.site_m2):
            raise _no_search("site_m2", most=number(MOST_M2))
        if self.weigh_by is not None:
            from blockplan.propose.siting.demand import DEMANDS  # noqa: PLC0415 (it loads geopandas)

            if self.weigh_by not in DEMANDS:
                raise _no_search("weigh_by", known=", ".join(DEMANDS))

    def _check_layout(self) -> None:
        if not isinstance(self.vacant, list | tuple) or not all(isinstance(one, str) for one in self.vacant):
            raise _no_search("vacant")
        if self.count_by is not None:
            from blockplan.propose.layout.problem.plan import WEIGHTS  # noqa: PLC0415 (it loads scipy)

            if self.count_by not in WEIGHTS:
                raise _no_search("count_by", known=", ".join(WEIGHTS))
        if not _is_number(self.homes_ha) or not 0 <= self.homes_ha < MOST_HA:
            raise _no_search("homes_ha", most=number(MOST_HA))
        if not isinstance(self.uses, dict):
            raise _no_search("uses", names=", ".join(OF_USE))
        for said in self.uses.values():
            known = isinstance(said, dict) and said.keys() <= set(OF_USE)
            if not known or not all(_is_size(value) for value in said.values()):
                raise _no_search("uses", names=", ".join(OF_USE))
            least, most, count = (said.get(what) for what in ("least_m2", "most_m2", "count"))
            if count is not None and count != int(count):
                raise _no_search("count")
            if most is not None and (least is None or most < least):
                raise _no_search("most_m2")


def _is_size(value: object) -> bool:
    return value is None or (_is_number(value) and 0 < value < MOST_M2)  # type: ignore[operator]


def _no_search(code: str, /, **values: Any) -> UsageError:
    return TEXTS.refused(UsageError, f"search.{code}", **values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
