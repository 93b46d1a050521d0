"""
DWG drawings, by the optional extra ``office``: turned into a DXF that is read as any other.

The reader is young and takes bytes from anywhere, so it works in a process of its own (`dwg_child`) with
limits of memory and time: whatever it does there, the door answers with a sentence.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError
from blockplan.exchange.office.messages import refused, worded
from blockplan.exchange.office.source import Findings, SourceFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

WAY_OUT = worded("save_as_dxf_in_cad")
#: Every DWG since release 2.5 begins so, with its version behind.
MAGIC = b"AC"


@dataclass(frozen=True, slots=True, kw_only=True)
class DwgLimits:
    """
    What reading one DWG may take.

    Attributes
    ----------
    memory_bytes
        Memory of the reader, and size of the DXF that it writes.
    cpu_s, wall_s
        Processor time, and time by the clock, s.
    """

    memory_bytes: int = 2 * 1024**3
    cpu_s: int = 300
    wall_s: int = 600


@contextmanager
def converted(path: Path, label: str, findings: Findings, limits: DwgLimits | None = None) -> Iterator[Path]:
    """
    A DXF of a DWG file, there while the context is open; what was lost on the way is a finding.

    Raises
    ------
    PlanDataError
        If the extra is not installed, the file is none that it can read, or reading it takes more than
        `limits`.
    """
    if find_spec("ezdwg") is None:
        raise refused(PlanDataError, "dwg_needs_extra", file=label)
    with path.open("rb") as file:
        if not file.read(len(MAGIC)).startswith(MAGIC):
            what = worded("is_empty") if not path.stat().st_size else worded("does_not_begin_as_a_dwg")
            raise refused(PlanDataError, "dwg_cannot_be_read_what", file=label, what=what, way=WAY_OUT)
    with tempfile.TemporaryDirectory(prefix="blockplan-") as folder:
        copy = Path(folder) / "drawing.dxf"
        result = _run(path, copy, limits or DwgLimits())
        if "reason" in result:
            raise refused(
                PlanDataError, "dwg_cannot_be_read", file=label, reason=result["reason"], way=WAY_OUT
            )
        if not result["written"]:
            raise refused(PlanDataError, "nothing_in_dwg_could_be_read", file=label, way=WAY_OUT)
        findings.append(_read(result, label))
        yield copy


def _read(result: dict[str, Any], label: str) -> SourceFinding:
    """How much was read, and what was not; objects that are damaged the reader passes over without a word."""
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(result["skipped"].items()))
    message = worded(
        "dwg_entities_read",
        n=result["written"],
        unread=worded("dwg_kinds_not_read", kinds=kinds) if kinds else "",
        way=WAY_OUT,
    )
    return SourceFinding("office-file", "warning" if kinds else "note", message, file=label)


def _run(path: Path, copy: Path, limits: DwgLimits) -> dict[str, Any]:
    script = Path(__file__).with_name("dwg_child.py")
    # -P: modules of this folder must not stand before those of Python.
    command = [sys.executable, "-P", script, path.resolve(), copy, limits.memory_bytes, limits.cpu_s]
    try:
        done = subprocess.run(
            list(map(str, command)), capture_output=True, check=False, timeout=limits.wall_s, cwd=copy.parent
        )
    except subprocess.TimeoutExpired:
        return {"reason": worded("dwg_takes_too_long", n=limits.wall_s)}
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        most = worded("dwg_memory_and_time", gb=limits.memory_bytes / 1024**3, s=limits.cpu_s)
        return {"reason": worded("dwg_reader_broke_off", most=most)}
