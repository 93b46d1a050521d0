"""DWG drawings, by the optional extra ``office``: turned into a DXF that is read as any other."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.exchange.office.source import SourceFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

WAY_OUT = "Save it in your CAD program as DXF (2007 or later) and hand in that."


@contextmanager
def converted(path: Path, label: str, findings: list[SourceFinding]) -> Iterator[Path]:
    """
    A DXF of a DWG file, there while the context is open; what was lost on the way is a finding.

    Raises
    ------
    PlanDataError
        If the extra is not installed, or the file is none that it can read.
    """
    try:
        import ezdwg  # noqa: PLC0415 (an optional extra)
    except ImportError:
        raise PlanDataError(
            f"{label} is a DWG; reading it needs the extra `office`: pip install 'blockplan[office]'.\n"
            f"Or: {WAY_OUT[0].lower()}{WAY_OUT[1:]}"
        ) from None
    with tempfile.TemporaryDirectory(prefix="blockplan-") as folder:
        copy = Path(folder) / "drawing.dxf"
        try:
            result = ezdwg.to_dxf(str(path), str(copy), modelspace_only=True, explode_dimensions=False)
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 (a young reader fails in any way)
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise PlanDataError(f"{label} cannot be read: {reason}.\n{WAY_OUT}") from None
        if not result.written_entities:
            raise PlanDataError(f"Nothing in {label} could be read.\n{WAY_OUT}")
        if result.skipped_entities:
            kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(result.skipped_by_type.items()))
            message = f"Of the drawing were not read: {kinds}. {WAY_OUT}"
            findings.append(SourceFinding(rule="office-file", grade="warning", message=message, file=label))
        yield copy
