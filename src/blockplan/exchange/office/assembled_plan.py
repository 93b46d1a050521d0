"""What the layers of an office became: layers of the plan, keys of its manifest, what was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from blockplan.exchange.office.mapping import CodeChoice


@dataclass(slots=True)
class AssembledPlan:
    """
    Layers of the plan, keys of its manifest, the codes, and what was made (for
    JSON and for ``plan.toml``).
    """

    layers: dict[str, pd.DataFrame] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    codes: list[CodeChoice] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    title: str = ""
