"""
What each layer of an office's files is, and what its fields give: by names, by aliases, by content.

Every reading has a confidence and says why. Where a second one is nearly as good it is kept as `close`,
and whoever called is asked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.exchange.office import codes
from blockplan.exchange.office.bounds import bound_named, states
from blockplan.exchange.office.mapping import IGNORED, FieldChoice, LayerChoice
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.profile import TABLE_FIELDS, FieldNames
from blockplan.exchange.office.source import SourceFinding
from blockplan.exchange.office.texts import facilities_in, facilities_remarked, service_of, services
from blockplan.exchange.office.titles import PLANNED, name_and_unit, name_parts, narrower, plain, says_before
from blockplan.exchange.office.values import Amount, Unread, is_blank, read_amount, read_elevation, text_of
from blockplan.exchange.office.vectors import cut_through

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from blockplan.exchange.office.profile import LayerNames, Profile
    from blockplan.exchange.office.source import SourceLayer

#: So many rows of a layer are looked at.
LOOKED_AT = 300
#: A reading less sure than this is not taken.
LEAST = 0.45
#: Two readings that differ by less are close.
CLOSE = 0.06
NUMBERS = frozenset({"area", "signed_area", "far", "share", "height", "elevation", "length", "count"})
#: A name as sure as this says what a field was meant to be, even where its values say nothing.
NAMED = 0.8
#: Floor area ratios from here on are percent, as Japanese offices write them.
LEAST_PERCENT = 40.0
#: Fields of zones, which tell a use where no other field does.
ZONES = (
    "用途地域",
    "用途地域名",
    "使用分区",
    "土地使用分区",
    "土地使用分区及公共设施用地",
    "용도지역",
    "용도지역명",
)
#: Fields that count features.
RUNNING = ("id", "no", "num", "number", "序号", "番号", "gid")
#: Why a layer is left out of which nothing tells what it is.
STRANGE = worded("nothing_known_in_it")
UNREADABLE = "named_as_column_values_unreadable"
#: Of so few parcels each may have a use of its own.
FEW = 5
#: Columns that several fields may give together.
JOINED = frozenset({"facilities_text", "remarks"})
_KINDS = {"Polygon": "polygon", "LineString": "line", "LinearRing": "line", "Point": "point"}
_TAIL = re.compile(
    r"(?:gcj02|bd09|wgs84|cgcs2000|amap|gaode|baidu|高德|百度|\d{2,8}|(?:19|20)\d{2}年?|最终版?|终稿|成果|修改|py|ln|pt|polygon|line|point|面|线|点|v\d+|new)$"
)
_REVISION = re.compile(
    r"(?:修改|修订|调整|改|(?<![a-z])(?:v|ver|rev|版))稿?版?[ _.-]*(\d{1,2})?$", re.IGNORECASE
)
_COPY = re.compile(r"备份|副本|旧|作废|废弃|backup|copy|old|bak|临时|temp", re.IGNORECASE)


#: Fields of a table of facilities, and those that no parcel has; bounds that only a table of parcels says,
#: and what it mostly says where it says no bound.
KINDS_SAID = ("name_zh", "service")
OF_FACILITIES = frozenset({"facility_id", "level", "beds", "places", "classes", "scale_text"})
BUILT_ON = frozenset(
    f"{base}{end}"
    for base in ("far", "coverage_ratio", "green_ratio", "height_m")
    for end in ("", "_min", "_max")
)
OF_PARCELS = frozenset({"land_use", "residents", "dwellings", "floor_area_m2", "parking_spaces"})
#: A heading with one of these in it is of facilities.
FACILITY_WORDS = ("设施", "施設", "facilit")


def recognise(layer: SourceLayer, profile: Profile) -> LayerChoice:
    """The likeliest reading of a layer or table."""
    if layer.role == IGNORED:
        return LayerChoice(file=layer.file, layer=layer.name, role=IGNORED, confidence=1.0, why=layer.why)
    readings: list[tuple[float, str, str, list[FieldChoice]]] = []
    kind = geometry_kind(layer)
    roles = profile.layers if layer.drawn else profile.tables
    if layer.role is not None:
        roles = {name: one for name, one in roles.items() if name == layer.role}
    facilities = None if layer.drawn else _lists_facilities(layer, profile)
    for role, names in roles.items():
        if layer.drawn and not _drawn_so(names.geometry, kind, role):
            continue
        fields = fields_of(layer, role, profile)
        score, why = _score(layer, names, fields, kind, facilities=facilities)
        if role == "greens" and "parcels" in roles and _built_on(fields_of(layer, "parcels", profile)):
            continue
        readings.append((score, role, why, fields))
    readings.sort(key=lambda one: -one[0])
    if not readings or (readings[0][0] < LEAST and not layer.role):
        return not_known(layer)
    score, role, why, fields = readings[0]
    close = [other for mark, other, _, _ in readings[1:3] if score - mark < CLOSE and mark >= LEAST]
    if (
        role == "facility_table"
        and facilities == "maybe"
        and not layer.role
        and _could_be_parcels(layer, profile)
    ):
        close = list(dict.fromkeys([*close, "parcel_table"]))
    return LayerChoice(
        file=layer.file,
        layer=layer.name,
        role=role,
        confidence=round(min(max(score, 0.0), 1.0), 2),
        why=why,
        close=close,
        field=fields,
    )


def not_known(layer: SourceLayer) -> LayerChoice:
    """A layer of which nothing tells what it is."""
    return LayerChoice(file=layer.file, layer=layer.name, role=IGNORED, confidence=0.5, why=STRANGE)


def _built_on(fields: list[FieldChoice]) -> bool:
    """Whether fields, read as those of parcels, say a land use or a density: green parcels are parcels."""
    heads = ("land_use", "far", "coverage_ratio")
    return any(one.column.startswith(heads) and one.confidence >= 0.7 for one in fields)


def left_out(layer: SourceLayer) -> SourceFinding:
    """That a layer was left out of which nothing is known, and how large it is."""
    message = worded(
        "features_of_unknown_role",
        n=len(layer.frame),
        kind=worded("features" if layer.drawn else "rows"),
    )
    return SourceFinding("office-layer", "warning", message, **layer.place)


def state_of(layer: SourceLayer) -> tuple[bool, int]:
    """
    Whether the name of a layer or file says that it is a copy or an old state; and its revision, as minus.

    Examples
    --------
    >>> import pandas as pd
    >>> from blockplan.exchange.office.source import SourceLayer
    >>> names = ("用地_最终", "用地_修改2", "DK_v3", "用地修改", "用地副本")
    >>> [state_of(SourceLayer("", name, pd.DataFrame())) for name in names]
    [(False, 0), (False, -2), (False, -3), (False, -1), (True, 0)]
    """
    revised = _REVISION.search(layer.name)
    copied = _COPY.search(layer.name) is not None or _COPY.search(layer.file) is not None
    return copied, -int(revised[1] or 1) if revised else 0


def geometry_kind(layer: SourceLayer) -> str:
    """What most features of a layer are: polygon, line, point, or none."""
    if not layer.drawn or not len(layer.frame):
        return "none"
    kinds = layer.frame.geometry.geom_type.str.removeprefix("Multi").map(_KINDS)
    return str(kinds.mode().iloc[0]) if kinds.notna().any() else "none"


def _drawn_so(wanted: str, kind: str, role: str) -> bool:
    # A scope is often drawn as its outline alone.
    return wanted in {"any", kind} or (role == "boundary" and kind == "line")


def _score(
    layer: SourceLayer, names: LayerNames, fields: list[FieldChoice], kind: str, *, facilities: str | None
) -> tuple[float, str]:
    by_name, why = _by_name(layer, names)
    if any(word in plain(layer.name + layer.title) for word in names.rules_out):
        by_name = 0.0
    sure = [one for one in fields if one.column and one.confidence >= 0.7]
    score = by_name + 0.1 * min(len(sure), 4)
    wants = [one for one in sure if one.column in names.needs]
    if names.needs:
        # A layer whose name says nothing is known by what its features must have.
        lacking = -0.05 if by_name >= 0.5 else -0.3
        score += (0.2 if by_name else 0.3) if wants else lacking
    if not layer.drawn:
        # A table is what its fields are; its name says little.
        score = (0.3 * by_name + 0.35 + 0.1 * min(len(sure), 5)) if wants else 0.0
        score = 0.0 if any(word in plain(layer.name) for word in names.rules_out) else score
    if names.role == "facility_table" and not _of_facilities(layer, sure):
        score = 0.0
    if names.role == "parcel_table" and facilities:
        kept = BUILT_ON if facilities == "surely" else BUILT_ON | OF_PARCELS
        score = score if {one.column for one in sure} & kept else 0.0
    if names.geometry == kind and by_name:
        score += 0.05
    if names.role in {"boundary", "blocks"} and len(layer.frame) > 500:
        score -= 0.2
    said = [why] if why else []
    if sure:
        said.append(worded("named_fields", names=", ".join(one.field for one in sure[:5])))
    return score, joined(said)


def _lists_facilities(layer: SourceLayer, profile: Profile) -> str | None:
    """
    Whether the rows of a table say the name and the kind of a facility, mostly of kinds that are known:
    "surely" where the table or one of those fields bears a name of facilities, or the table says what no
    parcel has; "maybe"; or None.
    """
    said = fields_of(layer, "facility_table", profile)
    named = {one.column: one.field for one in said if one.confidence >= 0.7 and one.column}
    if not named.keys() >= set(KINDS_SAID):
        return None
    values = [text_of(value) for value in looked_at(layer, named["service"])]
    known = sum(value in services() or service_of(value) is not None for value in values)
    if not values or known < len(values) / 2:
        return None
    called = _by_name(layer, profile.tables["facility_table"])[0] > 0
    heads = plain("".join(named[column] for column in KINDS_SAID))
    called = called or any(word in heads for word in FACILITY_WORDS)
    return "surely" if called or named.keys() & OF_FACILITIES else "maybe"


def _could_be_parcels(layer: SourceLayer, profile: Profile) -> bool:
    """Whether a table says the number and the area of each row's land, which both kinds of tables may say."""
    sure = {one.column for one in fields_of(layer, "parcel_table", profile) if one.confidence >= 0.7}
    return sure >= {"parcel_id", "declared_area_m2"}


def _of_facilities(layer: SourceLayer, fields: list[FieldChoice]) -> bool:
    """Whether rows say where facilities are, or one of them is a kind of facility that is known."""
    if {one.column for one in fields} & {"parcel_id", "x"}:
        return True
    named = [one.field for one in fields if one.column in {"name_zh", "service"}]
    return any(service_of(text_of(value)) for name in named for value in looked_at(layer, name))


def _by_name(layer: SourceLayer, names: LayerNames) -> tuple[float, str]:
    offered = dict.fromkeys(
        [plain(layer.name), plain(layer.title), plain(re.sub(r".*[/\\]|\.\w+$", "", layer.file))]
    )
    for name in filter(None, offered):
        short = without_tail(name)
        if name in names.names or short in names.names:
            return 0.6, worded("named_so", title=layer.name)
        if names.role == "parcels" and len(name) > 1 and codes.use_named(name.upper()):
            return 0.6, worded("is_named_after_a_use", title=layer.name)
        if any(word in name for word in names.contains):
            return 0.5, worded("says_so", title=layer.name)
        if any(len(one) > 2 and not one.isascii() and one in name for one in names.names):
            return 0.42, worded("says_so", title=layer.name)
    if name_parts(f"{layer.name}|{layer.title}") & set(names.names):
        return 0.42, worded("says_so", title=layer.name)
    return 0.0, ""


def without_tail(name: str) -> str:
    """The name of a layer without what only tells its state, day or kind of geometry."""
    before = ""
    while before != name:
        before, name = name, _TAIL.sub("", name)
    return name


# Fields


def fields_of(layer: SourceLayer, role: str, profile: Profile) -> list[FieldChoice]:
    """
    What each field of a layer gives where the layer has a role; fields that give
    nothing have column "".
    """
    offers: dict[str, list[FieldChoice]] = {}
    columns = profile.of_role(role)
    if "land_use_name" in columns:
        # Offices write codes into a field that is called a name.
        named = columns["land_use_name"]
        columns = columns | {"~": FieldNames("land_use", "code", "", named.names)}
        if "land_use" in columns:
            coded = columns["land_use"]
            columns = columns | {"~~": FieldNames("land_use_name", named.quantity, "", coded.names)}
    for name in layer.fields:
        offers[name] = sorted(
            (found for one in columns.values() if (found := _offer(layer, name, one))),
            key=lambda one: -one.confidence,
        )
    taken: dict[str, FieldChoice] = {}
    chosen: dict[str, FieldChoice] = {}
    for offer in sorted((one for found in offers.values() for one in found), key=lambda one: -one.confidence):
        if offer.field in chosen or offer.confidence < LEAST:
            continue
        rival = taken.get(offer.column)
        if rival is None or offer.column in JOINED:
            taken.setdefault(offer.column, offer)
            chosen[offer.field] = offer
        elif rival.confidence - offer.confidence < CLOSE and _differ(layer, rival.field, offer.field):
            rival.close.append(offer.field)
    if role in {"parcels", "parcel_table"}:
        _by_content(layer, chosen)
    return [chosen.get(name) or _unused(layer, name, columns) for name in layer.fields]


def _by_content(layer: SourceLayer, chosen: dict[str, FieldChoice]) -> None:
    """Land use, state and number of parcels by what stands in a field, where no name tells them."""
    taken = {one.column for one in chosen.values()}
    use, alone = frozenset({"land_use", "land_use_name"}), frozenset[str]()
    # Column, columns that may not be given yet, what its values must be, and why it is the one.
    tests: tuple[tuple[str, frozenset[str], Callable[[list[str], str], bool], str], ...] = (
        ("land_use", use, lambda texts, _: _are_codes(texts), worded("its_values_are_land_use_codes")),
        ("land_use_name", use, lambda texts, _: _are_uses(texts), worded("its_values_are_codes_and_names")),
        (
            "land_use_name",
            use,
            lambda _, name: plain(name) in ZONES,
            worded("a_zone_where_nothing_says_the"),
        ),
        (
            "facilities_text",
            alone,
            lambda texts, _: _are_facilities(texts),
            worded("its_values_name_facilities"),
        ),
        (
            "status",
            alone,
            lambda texts, _: _are_states(texts),
            worded("its_values_are_states_of_development"),
        ),
        (
            "parcel_id",
            alone,
            lambda texts, name: _are_numbers(texts, layer, name),
            worded("each_feature_has_its_own_value"),
        ),
    )
    for name in layer.fields:
        texts = [text_of(value) for value in looked_at(layer, name)]
        if name in chosen or not texts:
            continue
        for column, others, fits, why in tests:
            if not taken & (others or {column}) and fits(texts, name):
                taken.add(column)
                chosen[name] = FieldChoice(
                    field=name, column=column, sample=texts[0][:40], confidence=0.7, why=why
                )
                break
    if layer.drawn and "parcel_id" not in taken:
        _running_number(layer, chosen)


def _running_number(layer: SourceLayer, chosen: dict[str, FieldChoice]) -> None:
    """Where nothing else is a parcel's number, a field `id` that has another value for each is."""
    for name in layer.fields:
        texts = [text_of(value) for value in layer.frame[name]]
        if name not in chosen and plain(name) in RUNNING and all(texts) and len(set(texts)) == len(texts) > 1:
            why = worded("only_field_that_could_be_number")
            chosen[name] = FieldChoice(
                field=name, column="parcel_id", sample=texts[0][:40], confidence=0.6, why=why
            )
            return


def _are_codes(texts: list[str]) -> bool:
    """Whether nearly all texts are codes of one list, of more than one class."""
    marks = codes.scores(texts)
    whole = sum(codes.code_in(text) == text for text in texts) / len(texts)
    # Storeys and ages are numbers of two digits as well.
    tell = any(re.search(r"[A-Za-z]|\d{4}", text) for text in texts)
    # Uses of more than a few parcels repeat; numbers of sites (`H1`, `H2`) do not.
    repeats = len(texts) <= FEW or len(set(texts)) < len(texts)
    return tell and repeats and whole > 0.8 and len(set(texts)) > 1 and max(marks.values(), default=0.0) > 0.8


def _are_uses(texts: list[str]) -> bool:
    """Whether nearly all texts are a code with the name of its class beside it (`R2二类居住用地`)."""
    named = 0
    for text in texts:
        code = codes.code_in(text)
        name = text.replace(code, "") if code else ""
        named += bool(name) and codes.translate("", codes.NATIONAL, name).to is not None
    repeats = len(texts) <= FEW or len(set(texts)) < len(texts)
    return repeats and len(set(texts)) > 1 and named > 0.8 * len(texts)


def _are_states(texts: list[str]) -> bool:
    return len(set(texts)) > 1 and all(map(states, texts))


def _are_facilities(texts: list[str]) -> bool:
    """Whether nearly all texts are lists of facilities and nothing else, of more than one kind."""
    kinds = {one.service for text in texts for one in facilities_remarked(text)}
    whole = sum(bool(found) and not unread for found, unread in map(facilities_in, texts))
    return len(kinds) > 1 and whole > 0.8 * len(texts)


def _are_numbers(texts: list[str], layer: SourceLayer, name: str) -> bool:
    """Whether texts may be numbers of parcels: letters and digits, each once; no measured figures."""
    whole = (
        len(texts) == len(set(texts)) and len(texts) > 1 and len(layer.frame) - len(texts) <= len(texts) / 10
    )
    return whole and all(re.fullmatch(r"(?=.*\d)(?=.*[^\d.])[\w\-.]{2,30}", text) for text in texts)


def _unused(layer: SourceLayer, name: str, columns: Mapping[str, FieldNames]) -> FieldChoice:
    why = worded("not_known_kept_beside")
    values = looked_at(layer, name)
    for one in columns.values() if values else ():
        if one.quantity in NUMBERS and _named(layer, name, one)[0] >= NAMED:
            unit = layer.units.get(name, "")
            unread = [value for value in values if isinstance(read_amount(value, one.quantity, unit), Unread)]
            if len(unread) > len(values) / 2:
                why = worded(UNREADABLE, column=one.column, n=len(unread), total=len(values))
    return FieldChoice(field=name, sample=_sample(layer, name), confidence=0.5, why=why)


def _offer(layer: SourceLayer, name: str, column: FieldNames) -> FieldChoice | None:
    sure, why = _named(layer, name, column)
    if not sure:
        return None
    values = looked_at(layer, name)
    fit, said, unit = _content(values, column, layer.units.get(name, ""), layer, name)
    if fit < -0.35:
        return None
    return FieldChoice(
        field=name,
        column=column.column,
        unit=unit,
        sample=_sample(layer, name),
        confidence=round(max(0.0, min(sure + fit, 0.99)), 3),
        why=joined((why, said)),
    )


def _named(layer: SourceLayer, name: str, column: FieldNames) -> tuple[float, str]:
    best, why = 0.0, ""
    for title, way in ((name, worded("name")), (layer.titles.get(name, ""), worded("alias"))):
        if not title:
            continue
        said = name_and_unit(title)[0]
        if said in column.names:
            found = 0.96 - 0.001 * column.names.index(said)
            best, why = max((best, why), (found, worded("way_and_title", way=way, title=title)))
        elif PLANNED.sub("", said) in column.names:
            best, why = max((best, why), (0.9, worded("way_and_title", way=way, title=title)))
        elif any(cut_through(said, one, title) for one in column.names):
            best, why = max((best, why), (0.8, worded("cut_to_ten_bytes", way=way, title=title)))
        elif not said.isascii() and not says_before(said):
            inside = [one for one in column.names if len(one) >= 3 and not one.isascii() and one in said]
            longest = max(inside, key=len, default="")
            if longest and (column.quantity not in NUMBERS or not narrower(said.replace(longest, "", 1))):
                found = 0.6 + 0.2 * len(longest) / len(said)
                best, why = max(
                    (best, why), (found, worded("title_holds_figure", way=way, title=title, title2=longest))
                )
        elif re.fullmatch(r"[a-z]+\d", said) and said[:-1] in column.names:
            best, why = max((best, why), (0.75, worded("way_and_title", way=way, title=title)))
        elif bound_named(title) == column.column:
            best, why = max((best, why), (0.85, worded("way_and_title", way=way, title=title)))
    return best, why


def looked_at(layer: SourceLayer, name: str) -> list[Any]:
    """Values of a field that say something, of rows spread over the layer."""
    step = max(1, len(layer.frame) // LOOKED_AT)
    return [value for value in layer.frame[name].iloc[::step] if not is_blank(value)]


def _sample(layer: SourceLayer, name: str) -> str:
    values = looked_at(layer, name)
    return text_of(values[0])[:40] if values else ""


def _differ(layer: SourceLayer, one: str, other: str) -> bool:
    pairs = list(zip(layer.frame[one].iloc[:LOOKED_AT], layer.frame[other].iloc[:LOOKED_AT], strict=True))
    both = [(text_of(a), text_of(b)) for a, b in pairs if not is_blank(a) and not is_blank(b)]
    return any(a != b for a, b in both)


def _content(
    values: Sequence[Any], column: FieldNames, unit: str, layer: SourceLayer, name: str
) -> tuple[float, str, str]:
    """
    How well the values of a field fit a column: change of confidence, why, and the
    unit of bare numbers.
    """
    if not values:
        return -0.1, worded("no_value_in_it"), unit
    if column.quantity in NUMBERS:
        return _numbers_fit(values, column, unit, layer, name)
    texts = [text_of(value) for value in values]
    coded = sum(bool(codes.code_in(text)) for text in texts) / len(texts)
    bare = sum(codes.code_in(text) == text for text in texts) / len(texts)
    # Areas stand below 用地 too.
    parts = sum(re.fullmatch(r"[\d,]+\.\d+", text) is not None for text in texts) / len(texts)
    unfit = (
        (column.quantity == "code" and coded <= 0.5)
        or (column.column == "land_use_name" and bare > 0.5)
        or (column.column in {"land_use", "land_use_name"} and parts > 0.5)
    )
    if unfit:
        return -0.5, "", ""
    if column.column == "parcel_id" and layer.drawn and len(set(texts)) <= len(texts) / 2:
        return -0.3, worded("many_values_repeat"), ""
    return 0.0, "", ""


def _numbers_fit(
    values: Sequence[Any], column: FieldNames, unit: str, layer: SourceLayer, name: str
) -> tuple[float, str, str]:
    read = [read_amount(value, column.quantity, unit) for value in values]
    good = [one for one in read if isinstance(one, Amount)]
    said = [one for one in read if isinstance(one, Amount | Unread)]
    bare = [one.value for one in good if not one.unit]
    if not said:
        return 0.0, worded("each_value_says_that_there_is"), unit
    # A height above the datum is one of the field's values, in a column of its own.
    above = sum(column.quantity == "height" and read_elevation(value) is not None for value in values)
    if (len(good) + above) / len(said) < 0.5:
        return -0.5, "", unit
    if unit or not bare:
        why = worded("unit_in_its_heading", unit=unit) if unit else worded("each_value_has_its_unit")
        return 0.0, why, _percent_or_share(column, unit, good)
    if column.quantity in {"area", "signed_area"}:
        return _area_unit(layer, name, column)
    return _unit_of_bare(column, bare)


def _unit_of_bare(column: FieldNames, bare: list[float]) -> tuple[float, str, str]:
    """The unit of numbers that stand without one, by the quantity and by their size."""
    if column.quantity == "far":
        least = min((one for one in bare if one > 0), default=0.0)
        return (
            (0.0, worded("values_from_percent", n=least), "%") if least >= LEAST_PERCENT else (0.0, "", "1")
        )
    if column.quantity == "share":
        return 0.0, worded("values_up_to", n=max(bare)), "%" if max(bare) > 1.5 else "1"
    return 0.0, "", {"height": "m", "length": "m", "elevation": "m"}.get(column.quantity, "1")


def _percent_or_share(column: FieldNames, unit: str, good: list[Amount]) -> str:
    """A heading says %, and every cell holds a share: 0.35 under % is 35 percent, not a third of one."""
    bare = [one.value for one in good if not one.unit]
    if column.quantity == "share" and unit == "%" and bare and max(bare) <= 0.01 and max(bare) > 0.0005:
        return "1"
    return unit


def _area_unit(layer: SourceLayer, name: str, column: FieldNames) -> tuple[float, str, str]:
    """The unit of bare areas: of sites from what is drawn, else from their size."""
    frame = layer.frame.iloc[:LOOKED_AT]
    pairs = []
    for row, value in enumerate(frame[name]):
        amount = read_amount(value, "area", "m2")
        if isinstance(amount, Amount) and not amount.unit and amount.value > 0:
            pairs.append((amount.value, _square_metres(frame.geometry.iloc[row]) if layer.drawn else 0.0))
    values = sorted(value for value, _ in pairs)
    middle = values[len(values) // 2] if values else 0.0
    if column.column == "declared_area_m2" and geometry_kind(layer) == "polygon":
        ratios = sorted(drawn / value for value, drawn in pairs if drawn > 0)
        ratio = ratios[len(ratios) // 2] if ratios else 0.0
        for unit, factor in (("m2", 1.0), ("ha", 1e4), ("mu", 2000.0 / 3.0), ("km2", 1e6)):
            if 0.8 < ratio / factor < 1.25:
                return 0.02, worded("as_large_as_drawn_in_unit", unit=unit), unit
    if column.column in {"declared_area_m2", "site_area_m2"}:
        return (
            (0.0, worded("half_are_below", n=middle), "ha")
            if middle < 60
            else (0.0, worded("half_are_above", n=middle), "m2")
        )
    return (
        (0.0, worded("half_are_below", n=middle), "1e4 m2")
        if middle < 60
        else (0.0, worded("half_are_above", n=middle), "m2")
    )


def _square_metres(shape: Any) -> float:
    """Area of a shape, roughly where its coordinates are degrees."""
    area = float(shapely.area(shape))
    _, south, east, north = shapely.bounds(shape)
    if abs(east) <= 180 and abs(north) <= 90:
        area *= 111_320.0**2 * math.cos(math.radians((south + north) / 2))
    return area


def retake(choice: LayerChoice, layer: SourceLayer, profile: Profile, role: str) -> LayerChoice:
    """The choice of another role for a layer."""
    known = role in profile.layers or role in TABLE_FIELDS
    fields = fields_of(layer, role, profile) if known else []
    return choice.model_copy(
        update={"role": role, "field": fields, "close": [], "why": worded("chosen_role", role=role)}
    )
