"""
What a proposal must leave as it is: features that were named, whole layers, and committed parcels.

A lock is ``layer:id``, the name of a layer, or a text file that holds one of these a line (``#``
begins a remark). A parcel with ``committed`` true is locked without being named.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.errors import UsageError
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.plan import Plan
    from blockplan.propose.changes import Change


@dataclass(frozen=True, slots=True)
class Locks:
    """Layers and features that stay as they are; ``committed`` are the parcels that the plan itself fixes."""

    layers: frozenset[str] = frozenset()
    features: frozenset[tuple[str, str]] = frozenset()
    committed: frozenset[str] = frozenset()

    def hold(self, layer: str, id_: str) -> bool:
        """Whether a feature stays as it is."""
        return (
            layer in self.layers
            or (layer, id_) in self.features
            or (layer == "parcels" and id_ in self.committed)
        )

    def touched(self, changes: Iterable[Change]) -> list[Change]:
        """The changes that touch something locked; a proposal that has any is at fault."""
        return [change for change in changes if self.hold(change.layer, change.id)]

    def to_list(self) -> list[str]:
        """The locks that were asked for, as they are written."""
        return [*sorted(self.layers), *sorted(f"{layer}:{id_}" for layer, id_ in self.features)]


def read_locks(plan: Plan, named: Iterable[str] = ()) -> Locks:
    """
    The locks of a plan: what was named, and the committed parcels.

    Parameters
    ----------
    named
        ``layer:id``, a layer, or a file of them.

    Raises
    ------
    UsageError
        If a name is of no layer, or of no feature that the plan has; every such name is listed.
    """
    layers: set[str] = set()
    features: set[tuple[str, str]] = set()
    strange: list[str] = []
    for name in _lines(named):
        layer, colon, id_ = name.partition(":")
        if layer not in LAYERS:
            strange.append(f"{name!r}: there is no layer {layer!r}")
        elif not colon:
            layers.add(layer)
        elif id_ in plan.layer(layer).index:
            features.add((layer, id_))
        else:
            strange.append(f"{name!r}: the layer {layer} has no {id_!r}")
    if strange:
        raise UsageError(
            "These locks hold nothing, so they would not protect what you mean:\n  "
            + "\n  ".join(strange[:10])
            + (f"\n  and {len(strange) - 10} more" if len(strange) > 10 else "")
            + "\nWrite layer:id, the name of a layer, or a file with one of these a line."
        )
    parcels = plan.layer("parcels")
    fixed = parcels.index[parcels["committed"].fillna(value=False).astype(bool)]
    return Locks(frozenset(layers), frozenset(features), frozenset(map(str, fixed)))


def _lines(named: Iterable[str]) -> list[str]:
    """The names, files among them read."""
    found: list[str] = []
    for name in named:
        if name.partition(":")[0] in LAYERS or not Path(name).is_file():
            found.append(name)
            continue
        try:
            text = Path(name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{name} cannot be read as a list of locks: {error}.") from error
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        found += [line for line in lines if line]
    return found
