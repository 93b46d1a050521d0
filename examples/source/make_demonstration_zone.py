"""
Make ``examples/demonstration-zone``: the reference plan, its scenarios and its faulty variants.

Run it from the checkout: ``.venv/bin/python examples/source/make_demonstration_zone.py [FOLDER]``.
The result is the same in every run.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from faulty import variants  # noqa: E402
from package import base_plan, write_plan  # noqa: E402
from scenarios import scenario_b, scenario_c  # noqa: E402

from blockplan.plan.model.manifest import manifest_from  # noqa: E402
from blockplan.plan.model.plan import Difference, Plan  # noqa: E402


def main(folder: Path) -> None:
    """Write the plan, and one folder for each faulty variant, under `folder`."""
    manifest = manifest_from(
        tomllib.loads((HERE / "manifest.toml").read_text(encoding="utf-8")), "manifest.toml"
    )
    layers, working, carved = base_plan()
    differences = {
        "a": Difference({}),
        "b": scenario_b(layers),
        "c": scenario_c(layers, working, carved),
    }
    write_plan(Plan(manifest, layers, differences=differences), folder)
    alone = manifest.model_copy(update={"scenarios": {}, "scenario_titles": None})
    for name, changed in variants(layers).items():
        faulty = alone.model_copy(update={"id": f"{manifest.id}-{name.replace('_', '-')}"})
        write_plan(Plan(faulty, changed), folder / "faulty" / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "demonstration-zone")
