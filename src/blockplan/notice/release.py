"""
The release check: what two persons look at before a notice opens, so that nothing goes out that may not.

What can be found out from the plan is found out here (`findings`); what only people can know they answer
(`Release`). The check holds for exactly what was looked at: a changed plan, date or word ends it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blockplan.errors import NoticeStateError, UsageError
from blockplan.jsontext import SPREAD, JsonRecord
from blockplan.notice.package import PackageChoice, is_known, package_hash
from blockplan.notice.particulars import asked_and_missing
from blockplan.notice.proof import canonical
from blockplan.notice.refusals import TEXTS, refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice.countries import Country
    from blockplan.notice.particulars import Particulars
    from blockplan.plan import Plan

#: The layer of the planned land: what it covers goes out in one piece.
_LAND = "boundary"
_M2_PER_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class ReleaseFinding(JsonRecord):
    """
    Something to look at before the notice opens.

    Attributes
    ----------
    kind
        ``particular_missing``, ``data_fault``, ``detail_large``, ``column_unknown``.
    stops
        Whether the notice may not open with it; a warning is looked at and signed.
    said
        What the words need: a field, a layer and a column, a count, an area.
    """

    kind: str
    stops: bool = field(metadata={"json": None})
    said: Mapping[str, Any] = field(metadata=SPREAD)


class Release(BaseModel):
    """
    What the two persons say.

    Attributes
    ----------
    secrecy_mark
        ``none``, or the mark that was found and why the copy may be published all the same.
    public_copy
        How the public copy was generalised, or why it needs no generalising.
    withheld_layers, withheld_columns
        Layers of the plan, and columns (``parcels.height_m``), that stay in the office.
    added
        Layers and columns that no contract knows and that go out all the same.
    privacy
        How it was seen that no names, telephone numbers or the like are in the plan.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrecy_mark: str = Field(min_length=1, max_length=2000)
    public_copy: str = Field(min_length=1, max_length=2000)
    withheld_layers: tuple[str, ...] = Field(default=(), max_length=200)
    withheld_columns: tuple[str, ...] = Field(default=(), max_length=1000)
    added: tuple[str, ...] = Field(default=(), max_length=1000)
    privacy: str = Field(min_length=1, max_length=2000)

    @property
    def choice(self) -> PackageChoice:
        """What of the plan goes out."""
        return PackageChoice(withheld=(*self.withheld_layers, *self.withheld_columns), added=self.added)


def release_from(said: Mapping[str, Any]) -> Release:
    """The answers that a document holds; UsageError names each that is missing."""
    try:
        return Release.model_validate(said)
    except ValidationError as error:
        names = listed(_field_word(str(fault["loc"][0])) for fault in error.errors())
        raise refused(UsageError, "release_lacks", names=names) from None


def findings(plan: Plan, particulars: Particulars, country: Country) -> list[ReleaseFinding]:
    """What a machine can find out about a plan that is to go on notice."""
    found = [
        ReleaseFinding("particular_missing", True, {"field": name})
        for name in asked_and_missing(particulars, country)
    ]
    found += _faults(plan)
    found += _detail(plan, country)
    found += _columns(plan)
    return found


def fingerprint(**what: Any) -> str:
    """SHA-256 in hex of what was looked at: plan, dates, particulars, answers, as canonical JSON."""
    return hashlib.sha256(canonical.dumps(what)).hexdigest()


def signed(
    release: Release,
    *,
    of: str,
    plan: Mapping[str, Any],
    persons: tuple[str, str],
    at: str,
    seen: list[ReleaseFinding],
) -> dict[str, Any]:
    """
    The check as it stands in the entry that opens the notice.

    Parameters
    ----------
    of
        `fingerprint` of what was looked at.
    plan
        What names the plan in the record, its ``content_hash`` and ``files``; the hash of these files is what
        is signed.

    Raises
    ------
    UsageError
        If both are one person.
    NoticeStateError
        If something stands against opening.
    """
    by, second = persons
    if by.strip().casefold() == second.strip().casefold():
        raise refused(UsageError, "release_one_person", by=by)
    stops = [finding for finding in seen if finding.stops]
    if stops:
        raise refused(NoticeStateError, "release_stops", said=listed(_stop_word(one) for one in stops[:10]))
    answers = release.model_dump(mode="json")
    return {
        **answers, "of": of, "plan": plan["content_hash"], "package": package_hash(plan["files"]),
        "seen": [one.to_dict() for one in seen], "by": by, "second": second, "at": at,
    }  # fmt: skip


def _field_word(name: str) -> Mapping[str, str] | str:
    key = f"release_field.{name}"
    return TEXTS.text(key) if key in TEXTS else name


def _stop_word(finding: ReleaseFinding) -> Mapping[str, str]:
    """A finding that stops, in short: what it is, and of what."""
    keys = [f"stop.{finding.kind}", *(f"particular.{word}" for word in finding.said.values())]
    return listed([TEXTS.text(key) if key in TEXTS else key.partition(".")[2] for key in keys], " ")


def require_released(release: Mapping[str, Any] | None, *, of: str) -> None:
    """
    Refuse to open what was not released as it is now.

    Raises
    ------
    NoticeStateError
        If the check is not signed, or something was changed since.
    """
    if not release:
        raise refused(NoticeStateError, "release_unsigned")
    if release["of"] != of:
        raise refused(NoticeStateError, "release_changed")


def _faults(plan: Plan) -> list[ReleaseFinding]:
    from blockplan.plan import validate  # noqa: PLC0415 (geopandas takes a second)

    errors = [fault for fault in validate(plan) if fault.grade == "error"]
    rules = sorted({fault.rule for fault in errors})
    return [ReleaseFinding("data_fault", False, {"faults": len(errors), "rules": rules})] if errors else []


def _detail(plan: Plan, country: Country) -> list[ReleaseFinding]:
    if country.detail is None or not plan.has_layer(_LAND):
        return []
    # Made valid first: a fault of the drawing must not hide how large it is.
    joined = plan.layer(_LAND).make_valid().union_all()
    largest = max((part.area for part in getattr(joined, "geoms", [joined])), default=0.0) / _M2_PER_KM2
    if largest <= country.detail.km2:
        return []
    return [
        ReleaseFinding("detail_large", False, {"km2": round(largest, 2), "limit_km2": country.detail.km2})
    ]


def _columns(plan: Plan) -> list[ReleaseFinding]:
    """Columns that no contract knows and that say something: they go out, and may hold names."""
    from blockplan.plan.model.layers import LAYERS  # noqa: PLC0415

    found = []
    for layer in sorted(plan.layers):
        known = {*LAYERS[layer].columns, "geometry"} if layer in LAYERS else {"geometry"}
        # Of a package that was built, columns of the contract that are not in its files are read as empty.
        columns = plan.layer(layer).dropna(axis="columns", how="all").columns
        unknown = [str(column) for column in columns if not is_known(str(column), known)]
        if unknown:
            found.append(ReleaseFinding("column_unknown", False, {"layer": layer, "columns": unknown}))
    return found
