"""Eight variants of the plan with one fault each."""

from __future__ import annotations

import pandas as pd


def variants(layers: dict[str, pd.DataFrame]) -> dict[str, dict[str, pd.DataFrame]]:
    return {}
