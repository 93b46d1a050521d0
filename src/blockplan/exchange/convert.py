"""One source layer into one layer of a plan: rows, columns, codes and geometry, as a mapping says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from blockplan.errors import MappingError
from blockplan.exchange.evaluate import as_column, as_text, evaluate, kind_of, parse
from blockplan.plan.model.frames import FALSE, TRUE
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from blockplan.exchange.mapping import ColumnRule, LayerRule, Mapping, Value
    from blockplan.exchange.summary import Tally

#: A source column whose name the plan uses for something else stays under this prefix.
KEPT = "source_"


@dataclass(slots=True)
class _Filtered:
    """A source layer of which filters take a part: the rows taken, and what the filters look at."""

    taken: pd.Series[Any]
    frame: pd.DataFrame
    columns: set[str] = field(default_factory=set)
    layers: list[str] = field(default_factory=list)


class Converter:
    """
    Converts source layers; collects the faults of the mapping and what could not be carried over.

    Attributes
    ----------
    faults
        What of the mapping does not fit the source, each with the key it stands under.
    """

    def __init__(self, mapping: Mapping, tally: Tally) -> None:
        self.mapping = mapping
        self.tally = tally
        self.faults: list[str] = []
        self._filtered: dict[str, _Filtered] = {}

    def layer(self, name: str, key: str, rule: LayerRule, source: pd.DataFrame) -> pd.DataFrame | None:
        """The source layer as layer `name` of the plan; None where the mapping does not fit it."""
        before = len(self.faults)
        frame = self._with_aliases(source, rule, key)
        kept = self._chosen(name, frame, rule, key)
        values: dict[str, pd.Series[Any]] = {}
        dropped = ~kept
        for column in rule.columns:
            try:
                values[column], drop = self._column(name, column, rule, frame, kept)
            except MappingError as error:
                self.faults.append(f"{key}.columns.{column}: {error}")
            else:
                dropped |= drop
        if len(self.faults) > before:
            return None
        whole = _assembled(name, rule, source, values)
        return whole[~dropped.to_numpy()].reset_index(drop=True)

    def _with_aliases(self, source: pd.DataFrame, rule: LayerRule, key: str) -> pd.DataFrame:
        frame = pd.DataFrame(source.drop(columns="geometry", errors="ignore"))
        for alias, column in rule.alias.items():
            if column in source:
                frame[alias] = source[column]
            else:
                self.faults.append(f"{key}.alias.{alias}: the source layer has no column {column!r}")
        return frame

    def _chosen(self, name: str, frame: pd.DataFrame, rule: LayerRule, key: str) -> pd.Series[Any]:
        everything = pd.Series(True, index=frame.index, dtype="bool")
        if rule.where is None:
            return everything
        try:
            wanted = evaluate(parse(rule.where), frame)
            if kind_of(wanted) not in {"flag", "null"}:
                raise MappingError(f"{rule.where!r} gives a {kind_of(wanted)}, not true or false")
        except MappingError as error:
            self.faults.append(f"{key}.where: {error}")
            return everything
        chosen = wanted.astype("boolean").fillna(False).astype("bool")
        filtered = self._filtered.setdefault(
            str(rule.source_layer), _Filtered(pd.Series(False, index=frame.index, dtype="bool"), frame)
        )
        filtered.taken |= chosen
        filtered.columns.update(parse(rule.where).columns & set(frame.columns))
        filtered.layers.append(name)
        return chosen

    def count_untaken(self) -> None:
        """Count the features of filtered source layers that no `where` took, by what the filters look at."""
        for layer, filtered in self._filtered.items():
            rest = filtered.frame[~filtered.taken.to_numpy()]
            which = f"no `where` takes it ({', '.join(dict.fromkeys(filtered.layers))})"
            if len(filtered.columns) == 1:
                (column,) = filtered.columns
                values = as_text(as_column(rest[column])).fillna("unknown")
                self._count(layer, f"{column} = {{value}}: {which}", values)
            else:
                self.tally.add(layer, which, len(rest))

    def _column(
        self, name: str, column: str, rule: LayerRule, frame: pd.DataFrame, kept: pd.Series[Any]
    ) -> tuple[pd.Series[Any], pd.Series[Any]]:
        """Values of one column of the plan, and which rows its codes leave out."""
        how = rule.columns[column]
        values = _raw(how, frame)
        drop = pd.Series(False, index=frame.index, dtype="bool")
        codes = self.mapping.translation(how)
        layer = str(rule.source_layer)
        if codes is not None:
            values, unlisted = _translated(values, how, codes)
            what = how.column or how.expression
            reason = f"{what} = {{value}}: " + _FATES[how.others].format(column=column)
            self._count(layer, reason, as_text(_raw(how, frame))[unlisted & kept])
            silent = as_text(_raw(how, frame)).isin(how.unknown)
            self._count(
                layer,
                f"{what} = {{value}}: says no {column}, left unknown",
                as_text(_raw(how, frame))[silent & kept],
            )
            if how.others == "drop":
                drop = unlisted
        kind = LAYERS[name].columns.get(column) if name in LAYERS else None
        if kind is None:
            return values, drop
        fitted = _FIT[kind](values)
        lost = fitted.isna() & values.notna()
        self._count(
            layer, f"{column} = {{value}}: is no {kind}, left unknown", as_text(values)[lost & kept & ~drop]
        )
        return fitted, drop

    def _count(self, layer: str, reason: str, values: pd.Series[Any]) -> None:
        for value, n in values.value_counts().items():
            self.tally.add(layer, reason.format(value=str(value)[:60]), int(n))


_FATES = {
    "unknown": "no code for it, {column} left unknown",
    "keep": "no code for it, kept as it is",
    "drop": "no code for it, left out",
}


def _raw(how: ColumnRule, frame: pd.DataFrame) -> pd.Series[Any]:
    if how.expression is not None:
        return evaluate(parse(how.expression), frame)
    if how.column is None:
        return pd.Series([how.constant] * len(frame), index=frame.index, dtype="object")
    if how.column not in frame:
        known = ", ".join(map(str, frame.columns))
        raise MappingError(f"the source layer has no column {how.column!r}; it has: {known}")
    return as_column(frame[how.column])


def _translated(
    values: pd.Series[Any], how: ColumnRule, codes: dict[str, Value]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Values by code, and which rows have a value that no code lists."""
    texts = as_text(values)
    listed = texts.isin(list(codes))
    unlisted = texts.notna() & ~listed & ~texts.isin(how.unknown)
    keep = unlisted if how.others == "keep" else pd.Series(False, index=texts.index)
    out = [
        codes[text] if there else text if stays else None
        for text, there, stays in zip(texts, listed, keep, strict=True)
    ]
    return pd.Series(out, index=texts.index, dtype="object"), unlisted.astype("bool")


def _numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    if kind_of(values) == "number":
        numbers = values.astype("float64")
    else:
        numbers = pd.to_numeric(values.astype("object"), errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _flags(values: pd.Series[Any]) -> pd.Series[Any]:
    words = as_text(as_column(values)).map(lambda word: word.strip().lower(), na_action="ignore")
    flags = [True if word in TRUE else False if word in FALSE else None for word in words]
    return pd.Series(flags, index=values.index, dtype="boolean")


_FIT = {"number": _numbers, "flag": _flags, "text": as_text}


def _assembled(
    name: str, rule: LayerRule, source: pd.DataFrame, values: dict[str, pd.Series[Any]]
) -> pd.DataFrame:
    """Columns of the plan first, then those of the source; no source column passes for one of the plan."""
    taken = set(values) | (set(LAYERS[name].columns) if name in LAYERS else set())
    columns: dict[str, Any] = dict(values)
    if rule.keep:
        for column in map(str, source.columns):
            if column != "geometry":
                free = column if column not in taken else KEPT + column
                columns.setdefault(free, source[column])
    frame = pd.DataFrame(columns, index=source.index)
    if not isinstance(source, gpd.GeoDataFrame):
        return frame
    geometry = source.geometry
    if rule.geometry == "point":
        geometry = geometry.representative_point()
    placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=geometry, crs=source.crs)
    return placed
