"""One version: what the package says of itself is what was installed."""

from importlib.metadata import version

import blockplan


def test_the_package_says_the_version_under_which_it_was_installed():
    assert version("blockplan") == blockplan.__version__
