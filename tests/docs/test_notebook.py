"""The notebook of the docs runs, and shows what it shows on its page."""

import importlib.util
import json
import subprocess
import sys

import pytest


def a_module(repo, name):
    spec = importlib.util.spec_from_file_location(name, repo / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_the_notebook_runs_and_its_stored_outputs_are_what_it_gives(repo):
    # A process of its own: the sockets of a kernel's client live longer than a test.
    writer = repo / "docs" / "write_notebook.py"
    done = subprocess.run([sys.executable, str(writer), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\ncall: .venv/bin/python docs/write_notebook.py"


def test_the_notebook_is_stored_with_outputs_and_without_traces_of_a_run(repo):
    text = (repo / "docs" / "notebook.ipynb").read_text(encoding="utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] is None for cell in cells)
    assert all(cell["metadata"] == {} for cell in cells)
    assert sum(bool(cell["outputs"]) for cell in cells) >= 8
    assert "invented" in text
    assert "assert " in text


@pytest.mark.long
def test_a_notebook_reads_as_a_page(repo):
    pages = a_module(repo, "notebook_pages")
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "\n", "words"]},
        {"cell_type": "raw", "source": "left out"},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [
                {"data": {"text/plain": ["2"]}},
                {"data": {"text/plain": "<HTML>", "text/html": ["<table>", "</table>"]}},
                {"data": {"text/plain": "<SVG>", "image/svg+xml": "<svg/>"}},
                {"text": ["printed\n"]},
                {"text": []},
            ],
        },
    ]
    page = pages.page_of({"cells": cells})
    assert page.split("\n\n") == [
        "# Title",
        "words",
        "`````python\n1 + 1\n`````",
        "`````text\n2\n`````",
        '`````{raw} html\n<div class="table-wrapper"><table class="docutils align-default"></table></div>'
        "\n`````",
        '`````{raw} html\n<div class="table-wrapper"><svg/></div>\n`````',
        "`````text\nprinted\n`````\n",
    ]
