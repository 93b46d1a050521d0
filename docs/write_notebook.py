"""
Run docs/notebook.ipynb and keep its outputs: python docs/write_notebook.py [--check].

The outputs are stored, so that the notebook reads as a page here and on the
web; a test runs it and holds the stored outputs against those it gets, so
that a figure that has moved cannot stay on the page.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("notebook.ipynb")
MINUTES = 5


def executed(notebook: Any, folder: Path) -> Any:
    """The notebook after a run in this very Python, in `folder`; a cell that fails raises."""
    # No installed kernel is looked for: ipykernel's own description starts the Python that runs this.
    specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    manager = AsyncKernelManager(kernel_spec_manager=specs, kernel_name="python3")
    run = NotebookClient(
        notebook,
        km=manager,
        timeout=60 * MINUTES,
        startup_timeout=60 * MINUTES,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    )
    asyncio.run(run.async_execute())
    return notebook


def tidied(notebook: Any) -> Any:
    """The notebook without what differs from run to run: times, numbers of runs, the name of the Python."""
    for number, cell in enumerate(notebook.cells, 1):
        cell.metadata = {}
        cell.id = f"cell-{number:02d}"
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if "metadata" in output:
                    output.metadata = {}
                if "execution_count" in output:
                    output.execution_count = None
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return notebook


def outputs(notebook: Any) -> list[list[dict[str, Any]]]:
    """What each cell of code shows: its texts, pictures and tables."""
    return [
        [{"text": one.get("text"), "data": dict(one.get("data", {}))} for one in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def main() -> int:
    """Run the notebook and write it down again; with ``--check`` only say whether it shows what is stored."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    stored = outputs(notebook)
    done = tidied(executed(notebook, NOTEBOOK.parent))
    if "--check" in sys.argv[1:]:
        for number, (old, new) in enumerate(zip(stored, outputs(done), strict=True), 1):
            if old != new:
                print(f"The output of code cell {number} has changed.\nstored: {old}\nnow:    {new}")
        return int(stored != outputs(done))
    nbformat.validate(done)
    NOTEBOOK.write_text(nbformat.writes(done) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
