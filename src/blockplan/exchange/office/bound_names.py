"""English names of bounds, word by word: ``Maximum building height (m)``, ``FAR_MAX``."""

from __future__ import annotations

import re

#: Bounded column -> words that name it, the longest first.
_BASES = (
    ("far", ({"floor", "area", "ratio"}, {"plot", "ratio"}, {"far"}, {"fsr"}, {"fsi"})),
    ("floor_area_m2", ({"floor", "area"}, {"gfa"})),
    ("coverage_ratio", ({"coverage"}, {"cov"}, {"bcr"})),
    ("green_ratio", ({"green"}, {"grn"}, {"greenery"}, {"greening"}, {"landscape"}, {"landscaping"})),
    ("height_m", ({"height"}, {"hgt"}, {"ht"})),
)  # fmt: skip
_UPPER = frozenset({"max", "maximum", "upper", "mx"})
_LOWER = frozenset({"min", "minimum", "lower", "mn"})
#: Words that change nothing of what is bounded.
_BESIDE = frozenset(
    {
        "building", "bldg", "bld", "site", "plot", "lot", "parcel", "ratio", "space", "permitted", "allowed",
        "allowable", "planned", "control", "limit", "bound", "gross", "m", "m2", "sqm", "pct", "percent",
        "of", "the", "value", "rate",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def bound_named(title: str) -> str:
    """
    The column of an upper or lower bound that an English name says, or "".

    Examples
    --------
    >>> bound_named("Maximum building height (m)"), bound_named("FAR_MAX"), bound_named("GrnMin")
    ('height_m_max', 'far_max', 'green_ratio_min')
    >>> bound_named("height"), bound_named("max height of fence"), bound_named("Maximum floor area ratio")
    ('', '', 'far_max')
    """
    words = {word.lower() for word in _WORD.findall(title)}
    ends = [end for end, said in (("max", _UPPER), ("min", _LOWER)) if words & said]
    if len(ends) != 1:
        return ""
    words -= _UPPER | _LOWER
    for base, options in _BASES:
        for option in options:
            if option <= words and words - option <= _BESIDE:
                return f"{base}_{ends[0]}"
    return ""
