"""One version: what the package says of itself is what it is built and installed under."""

from pathlib import Path

from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

import blockplan

ROOT = Path(__file__).parents[2]


def test_the_package_says_the_version_under_which_it_is_built():
    """Asked of the build, as an editable install keeps the version of the day on which it was made."""
    assert ProjectMetadata(str(ROOT), PluginManager()).version == blockplan.__version__
