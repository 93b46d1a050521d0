"""A small plan that a test may spoil, and the command line called in this process."""

import pytest
from tests.support.builders import a_plan

from blockplan.cli import main
from blockplan.plan import write


@pytest.fixture
def run(capfd):
    """Call the command line in this process; gives exit code, stdout and stderr (GDAL's own included)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        said = capfd.readouterr()
        return left.value.code, said.out, said.err

    return call


@pytest.fixture
def refused(run):
    """Call the command line with bad input; gives what it says on stderr."""

    def call(*arguments):
        code, out, err = run(*arguments)
        assert code == 2, f"exit {code}\n{out}\n{err}"
        assert out == ""
        assert "Traceback" not in err
        assert len(err) < 3_000
        return err

    return call


@pytest.fixture
def plan(tmp_path):
    """A sound small plan that a test may spoil."""
    folder = tmp_path / "plan"
    write(a_plan(manifest={"packs": ["zone"]}), folder)
    return folder
