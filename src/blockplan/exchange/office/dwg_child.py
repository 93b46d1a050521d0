"""
The process that turns a DWG into a DXF, alone: a file made to break its reader takes nothing else with it.

It is run as a script by `blockplan.exchange.office.dwg` and writes one JSON document to stdout, so it
imports nothing of Blockplan.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Let this process take so much memory, time, and disk for one file at most, where the system can."""
    try:
        import resource  # noqa: PLC0415 (Windows has none)
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def convert(source: str, target: str) -> dict[str, Any]:
    """What came of it: ``written`` and ``skipped`` {kind: n}, or the ``reason`` why nothing did."""
    try:
        import ezdwg  # noqa: PLC0415 (an optional extra, and only after the limits)

        result = ezdwg.to_dxf(source, target, modelspace_only=True, explode_dimensions=False)
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 (a young reader fails in any way)
        return {"reason": (str(error).splitlines() or [type(error).__name__])[0][:200]}
    return {"written": result.written_entities, "skipped": dict(result.skipped_by_type)}


if __name__ == "__main__":
    limit(int(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps(convert(sys.argv[1], sys.argv[2])))
