"""
A plan in memory: its manifest, its layers, and one scenario of it at a time.

A `Plan` does not change. An edit gives a new plan (`Plan.replace`), so that
what was measured on one stays true of it.

Planned land that nobody drew: an import derived it from what is drawn, and every area rests on that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pandas as pd

from blockplan.plan.model.crs import plan_crs
from blockplan.plan.model.derived import (
    EVERYTHING,
    Asking,
    Derived,
    Key,
    Read,
    Recipe,
    Touched,
    same,
)
from blockplan.plan.model.frames import empty_frame, tidy, widened
from blockplan.plan.model.hashing import LayerDigests, content_hash, rows_hash
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Set
    from pathlib import Path

    import geopandas as gpd
    from pyproj import CRS

    from blockplan.plan.model.faults import Fault
    from blockplan.plan.model.manifest import Manifest

#: Name of the plan as drawn.
BASE = "base"
T = TypeVar("T")
#: What came of something after an edit: another value, the same one, or that and it rests on the same reads.
OTHERWISE, SAME, SAME_ON_THE_SAME = range(3)


@dataclass(frozen=True)
class Difference:
    """The rows by which a scenario differs: those that replace or join, and the ids that go, by layer."""

    changed: Mapping[str, pd.DataFrame]
    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_faults: tuple[Fault, ...] = ()

    def frames(self) -> dict[str, pd.DataFrame]:
        """The difference as the tables of a scenario file, the table ``removed`` included."""
        rows = [(layer, id_) for layer, ids in sorted(self.removed.items()) for id_ in ids]
        return {**self.changed, "removed": pd.DataFrame(rows, columns=["layer", "id"], dtype="object")}


class Plan:
    """
    A plan: manifest, layers, scenario.

    Parameters
    ----------
    layers
        Layer name -> frame. Frames are tidied: every column of the contract is there, of its
        kind, and the index holds the ids (as text; ``(row 3)`` where a feature has none).
    path
        Where the plan was read from; None for a plan made in memory.
    scenario
        Name of the scenario that the layers show.
    differences
        Scenario name -> its rows, for plans made in memory.
    tidied_already
        Frames that another plan holds, and that therefore need no second look.
    """

    def __init__(  # noqa: PLR0913 (what a plan is made of; all but the first two by name)
        self,
        manifest: Manifest,
        layers: Mapping[str, pd.DataFrame],
        *,
        path: Path | None = None,
        scenario: str = BASE,
        differences: Mapping[str, Difference] | None = None,
        base: Plan | None = None,
        tidied_already: Mapping[str, pd.DataFrame] | None = None,
    ) -> None:
        self.manifest = manifest
        self.path = path
        self.scenario = scenario
        self.differences: dict[str, Difference] = {}
        self._base = base
        self._cache: dict[Key, Derived] = {}
        self._before: dict[Key, Derived] = {}  # of the plan before an edit, what that may have changed
        self._used: set[Key] = set()  # and what any of that asked for
        self._told: dict[Key, int] = {}  # what came of each key that `_is_same` was asked about
        self._touched = Touched()
        self._asking = Asking()
        self._under_way: set[Key] = set()
        self.layers: dict[str, pd.DataFrame] = {}
        found: list[Fault] = []
        for name, frame in layers.items():
            if tidied_already is not None and frame is tidied_already.get(name):
                self.layers[name] = frame
                continue
            self.layers[name], faults = tidy(name, frame)
            found += faults
        #: Faults that came to light in reading: values of the wrong kind, ids that are missing.
        self.read_faults: tuple[Fault, ...] = tuple(found)
        for name, difference in (differences or {}).items():
            self.differences[name] = tidied(difference.changed, difference.removed, difference.read_faults)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {len(frame)}" for name, frame in self.layers.items())
        return f"<Plan {self.manifest.id!r}, scenario {self.scenario!r}: {sizes}>"

    def __getstate__(self) -> dict[str, Any]:
        """Another process gets what goes by words alone: things lie elsewhere there."""
        kept = {
            # (what it was worked out from may stay here)
            key: Derived(one.value, self._reads(one), (), one.recipe, one.given)
            for key, one in self._cache.items()
            if isinstance(key, str)
        }
        used = [self._cache[key] for key in self._asking.uses if key in self._cache]
        asking = Asking(self._asking.own.union(*map(self._reads, (*kept.values(), *used))))
        return {
            **vars(self),
            "_cache": kept,
            "_before": {},
            "_used": set(),
            "_told": {},
            "_under_way": set(),
            "_asking": asking,
        }

    @property
    def crs(self) -> CRS | None:
        """The plan's CRS (x = east, y = north, metres); None for a local engineering CRS."""
        return self.cached("crs", lambda: plan_crs(self.manifest.crs))

    @property
    def base(self) -> Plan:
        """The plan as drawn, without the scenario."""
        return self._base or self

    @property
    def content_hash(self) -> str:
        """SHA-256 over manifest and layers, the same for any order of rows, columns and files."""
        return self.cached(
            "content_hash",
            lambda: content_hash(self.manifest, self.layers, self.scenario, self._digests),
            (),  # a layer may join: it is put together anew after each edit
        )

    @property
    def rows_hash(self) -> str:
        """SHA-256 over the layers alone, whatever the manifest says."""
        return rows_hash(self.layers, self._digests)

    def _digests(self, layer: str) -> LayerDigests:
        return self.cached(
            f"digests:{layer}", lambda: LayerDigests.of(self.layers[layer]), ((layer, EVERYTHING),)
        )

    def has_layer(self, name: str) -> bool:
        """Whether the package holds the layer, even if it has no rows."""
        self._asking.own.add((name, "ids"))
        return name in self.layers

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """
        A layer with every column of the contract; without rows where the package does not hold it.

        ``statements`` and other tables without geometry come as plain frames.
        """
        self._asking.own.add((name, EVERYTHING))
        if name in self.layers:
            return cast("gpd.GeoDataFrame", self.layers[name])
        if name not in LAYERS:
            msg = f"A plan has no layer {name!r}. Layers: {', '.join(LAYERS)}."
            raise KeyError(msg)
        return cast("gpd.GeoDataFrame", empty_frame(name))

    def cached(
        self,
        key: str,
        make: Callable[[], T],
        reads: Iterable[Read] | Callable[[T], Iterable[Read]] | None = None,
        given: tuple[object, ...] = (),
    ) -> T:
        """
        What `make` gives, computed once per plan: for geometry and graphs that several measures share.

        What it reads of the plan is noted with it, so that it can stand when something else changes
        (`edited`), and when what it was worked out from comes out the same.

        Parameters
        ----------
        key
            Names it, with all plain values that it hangs on.
        reads
            What it reads, where that is less than the layers that `make` asks for; or tells it by the value.
        given
            What `make` holds besides and hangs on no plan, such as a rule; with another it is another thing.
        """
        whole: Key = (key, *map(id, given)) if given else key
        kept = self._cache.get(whole)
        if kept is None:
            kept = self._standing(whole)
            if kept is None:
                kept = self._made(whole, make, Recipe.of(make, self, reads, given), reads, given)
            self._cache[whole] = kept
        self._asking.uses[whole] = None
        value: T = kept.value
        return value

    def _made(
        self,
        key: Key,
        make: Callable[[], T],
        recipe: Recipe | None,
        reads: Iterable[Read] | Callable[[T], Iterable[Read]] | None,
        given: tuple[object, ...],
    ) -> Derived:
        outer = self._asking
        # What `make` was handed by whoever called for it may hang on all that the caller has read so far.
        self._asking = asking = Asking() if recipe else Asking(set(outer.own), dict(outer.uses))
        self._under_way.add(key)
        try:
            value = make()
        finally:
            self._asking = outer
            self._under_way.discard(key)
        if reads is None:
            own, uses = asking.own, tuple(asking.uses)
        else:
            own, uses = set(reads(value) if callable(reads) else reads), ()
        before = self._before.get(key)
        if before is not None and key in self._used and same(before.value, value):
            value = before.value
        made = Derived(value, own, uses, recipe, given)
        if before is not None and (self._rests_alike(made, before) or self._reads(made) == before.reads):
            made.reads = before.reads  # one object, by which what rests on it sees that they are the same
        return made

    def _rests_alike(self, made: Derived, before: Derived) -> bool:
        """Whether two rest on the same because what they were worked out from does."""
        return made.uses == before.uses and made.own == before.own and all(map(self._reads_stand, made.uses))

    def _reads_stand(self, key: Key) -> bool:
        """Whether what is here rests, by the same object, on what it rested on before the edit."""
        before, now = self._before.get(key), self._cache.get(key)
        return now is not None and (before is None or now.reads is before.reads)

    def _reads(self, kept: Derived) -> Set[Read]:
        """All that something rests on, what it was worked out from included."""
        if kept.reads is None:
            used = [self._cache[key] for key in kept.uses if key in self._cache]  # the rest rests on nothing
            kept.reads = frozenset(kept.own).union(*map(self._reads, used))
        return kept.reads

    def _standing(self, key: Key) -> Derived | None:
        """What was worked out before the edit, where all that it was worked out from is the same."""
        before = self._before.get(key)
        if before is None or not self._touched.spares(before.own):
            return None
        if not (before.own or before.uses or (before.given and before.recipe)):
            return None
        told = self._told
        least = SAME_ON_THE_SAME
        for used in before.uses:
            least = min(least, told.get(used) or self._is_same(used))
            if not least:
                break
        if key in self._cache:  # what it was worked out from asked for it, and does not hang on itself
            return self._cache[key]
        if not least:
            return None
        if least == SAME_ON_THE_SAME:
            return before
        return Derived(before.value, before.own, before.uses, before.recipe, before.given)

    def _is_same(self, key: Key) -> int:
        """
        Whether something is what it was before the edit; worked out again to tell, but in no circle.

        Told once, with whether it rests on the same: all that was worked out from it asks.
        """
        if key in self._under_way:
            return OTHERWISE
        before, now = self._before.get(key), self._cache.get(key)
        if now is None and before is not None:
            now = self._standing(key)
            if now is None and before.recipe is not None:
                recipe = before.recipe
                now = self._made(key, recipe.on(self), recipe, recipe.reads, before.given)
            if now is not None:
                self._cache[key] = now
        if now is None:
            return OTHERWISE
        if before is None or now is before:
            told = SAME_ON_THE_SAME
        elif now.value is not before.value:
            told = OTHERWISE
        else:
            told = SAME_ON_THE_SAME if now.reads is before.reads else SAME
        self._told[key] = told
        return told

    def reads_of(self, key: str) -> Set[Read]:
        """What of the plan something rests on that was worked out once; nothing where it was not."""
        kept = self._cache.get(key)
        return frozenset() if kept is None else self._reads(kept)

    def edited(
        self,
        layers: Mapping[str, pd.DataFrame],
        touched: Iterable[Read],
        rows: Mapping[str, Iterable[str]] | None = None,
    ) -> Plan:
        """
        The plan with layers of its own shape put in place, keeping what rests on nothing that was touched.

        Parameters
        ----------
        layers
            Layer name -> frame, tidied already.
        touched
            What differs: ``(layer, column)``, ``(layer, "geometry")``; ``(layer, EVERYTHING)`` where rows
            came, went or changed their order.
        rows
            Layer name -> ids of the rows that differ, so that the digests of the others stand.
        """
        anew = self.retouched(layers)
        for layer in layers:  # a scenario's file does not say that a layer is there without a row
            if anew.layers[layer].empty and layer not in self.base.layers:
                del anew.layers[layer]
        anew._take_over(self, touched)
        for layer, ids in (rows or {}).items():
            if layer in anew.layers:
                anew._digest_again(layer, set(ids), self)
        return anew

    def _take_over(self, before: Plan, touched: Iterable[Read]) -> None:
        """Take over what was worked out of a plan that differs in what was touched alone."""
        self._touched = Touched.of(touched)
        known, spares = before._reads, self._touched.spares
        for key, kept in before._cache.items():
            reads = kept.reads if kept.reads is not None else known(kept)
            (self._cache if reads and spares(reads) else self._before)[key] = kept
        self._used.update(*[kept.uses for kept in self._before.values()])

    def _digest_again(self, layer: str, ids: set[str], before: Plan) -> None:
        """Take over the digests of a layer's rows but for some."""
        kept, frame = before._cache.get(f"digests:{layer}"), self.layers[layer]
        if kept is None:  # nobody asked for them, or the layer is new
            return
        ids_before = before.layers[layer].index
        if frame.index.is_unique and ids_before.is_unique:
            old = cast("LayerDigests", kept.value)
            self._cache[f"digests:{layer}"] = replace(kept, value=old.edited(ids_before, frame, ids))

    def replace(self, **layers: pd.DataFrame) -> Plan:
        """A plan with some layers replaced, under the same manifest and scenario name."""
        return Plan(
            self.manifest,
            {**self.layers, **layers},
            path=self.path,
            scenario=self.scenario,
            differences=self.differences,
            base=self._base,
            tidied_already=self.layers,
        )._remembering(self.read_faults)

    def retouched(self, frames: Mapping[str, pd.DataFrame], keep: Iterable[str] = ()) -> Plan:
        """
        A plan with layers that are of the plan's shape already, for trying many small changes out.

        `keep` names what was worked out once and does not hang on those layers.
        """
        whole = {**self.layers, **frames}
        anew = Plan(
            self.manifest,
            whole,
            path=self.path,
            scenario=self.scenario,
            differences=self.differences,
            base=self._base,
            tidied_already=whole,
        )._remembering(self.read_faults)
        anew._cache |= {key: self._cache[key] for key in keep if key in self._cache}
        for kept in anew._cache.values():
            self._reads(kept)  # known while all that it was worked out from is at hand
        return anew

    def under(self, name: str, difference: Difference) -> Plan:
        """The plan with the rows of a difference put in place, as scenario `name`."""
        layers = dict(self.layers)
        for layer in {*difference.changed, *difference.removed}:
            changed = difference.changed.get(layer)
            gone = set(difference.removed.get(layer, ())) | set(() if changed is None else changed.index)
            frame = self.layer(layer) if layer in LAYERS else layers.get(layer)
            if changed is None and frame is None:
                continue
            layers[layer] = _with_rows(frame, changed, gone)
        anew = {(layer, id_) for layer, frame in difference.changed.items() for id_ in frame.index}
        kept = [found for found in self.read_faults if (found.layer, found.id) not in anew]
        plan = Plan(
            self.manifest,
            layers,
            path=self.path,
            scenario=name,
            differences=self.differences,
            base=self,
            tidied_already=self.layers,
        )._remembering([*kept, *difference.read_faults])
        plan._take_over(self, [(layer, EVERYTHING) for layer in {*difference.changed, *difference.removed}])
        return plan

    def _remembering(self, faults: Iterable[Fault]) -> Plan:
        """
        The plan with faults of an earlier reading of its rows, but for those that no longer stand.

        A refused value is unknown since: without the fault it would look as if nobody had written it.
        """
        found = self.read_faults
        more = (fault for fault in faults if fault not in found and _stands(fault, self.layers))
        self.read_faults = (*found, *more)
        return self


def tidied(
    changed: Mapping[str, pd.DataFrame],
    removed: Mapping[str, tuple[str, ...]] | None = None,
    faults: Iterable[Fault] = (),
) -> Difference:
    """A difference whose frames have the plan's shape, with the faults that came to light, `faults` first."""
    frames, found = {}, list(faults)
    for layer, frame in changed.items():
        frames[layer], more = tidy(layer, frame)
        found += more
    return Difference(frames, removed or {}, tuple(found))


def _stands(fault: Fault, layers: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the value that a fault of reading speaks of is still there, and still unknown."""
    if fault.rule == "pq-scenario":
        return True  # of the package, whatever its layers hold
    frame = layers.get(fault.layer)
    if frame is None or fault.aspect not in frame or fault.id not in frame.index:
        return False
    return bool(frame.loc[[fault.id], fault.aspect].isna().any())


def _with_rows(frame: pd.DataFrame | None, changed: pd.DataFrame | None, gone: set[str]) -> pd.DataFrame:
    """Rows of `frame` whose id is not in `gone`, changed rows in the place of those they replace."""
    if frame is None:
        return cast("pd.DataFrame", changed)
    kept = frame[~frame.index.isin(gone)]
    if changed is None or changed.empty:
        return kept
    replaced = [id_ for id_ in frame.index if id_ not in gone or id_ in changed.index]
    added = [id_ for id_ in changed.index if id_ not in frame.index]
    columns = [*frame.columns, *(column for column in changed.columns if column not in frame.columns)]
    pairs = ((kept, changed), (changed, frame))
    rows = [widened(part, columns, like) for part, like in pairs if len(part)]
    both = pd.concat(rows) if len(rows) > 1 else rows[0]
    return both.loc[[*dict.fromkeys(replaced), *dict.fromkeys(added)]]


#: Ends the name of an outline that an import derived. Whoever draws the outline anew names it anew.
DERIVED = "(derived at import)"


def derived_land(plan: Plan) -> str | None:
    """How the planned land was derived, in words; None where it was given, or there is none."""
    if not plan.has_layer("boundary"):
        return None
    return plan.cached("derived land", lambda: _derived(plan), (("boundary", "name"), ("boundary", "ids")))


def _derived(plan: Plan) -> str | None:
    names = plan.layer("boundary")["name"].tolist()
    return next((name for name in names if isinstance(name, str) and name.endswith(DERIVED)), None)
