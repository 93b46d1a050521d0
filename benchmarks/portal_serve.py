"""Serves what is set up already: python -m benchmarks.portal_serve PORT (settings in the environment)."""

from __future__ import annotations

import sys

from blockplan.portal.config import config_of_environment
from blockplan.portal.serve import run

if __name__ == "__main__":
    run(config_of_environment(), int(sys.argv[1]))
