"""
What a start of the service on an empty folder does, but serving: ``python -m blockplan.cli.first_start``.

`make setup` does it once, so that Python finds its modules compiled at the first start. What it writes else
lies in a folder that is gone afterwards.
"""

from __future__ import annotations

import os
import tempfile


def main() -> None:
    """Set a service up with the demonstration, and take it down."""
    # What an operator has set is about another service.
    for name in [name for name in os.environ if name.startswith("BLOCKPLAN_")]:
        del os.environ[name]
    from blockplan.cli.demo import example
    from blockplan.portal import background, serve  # noqa: F401 (imported to be compiled)
    from blockplan.portal.ahead import judged
    from blockplan.portal.preload import preload

    with tempfile.TemporaryDirectory(prefix="blockplan-") as folder:
        config = serve.set_up(data=folder)
        serve.setup_link(config)
        preload()
        import granian  # noqa: F401 (imported to be compiled)
        from django.db import connection

        from blockplan.portal.demo import open_demo

        open_demo(example(), lambda: judged(example()))
        connection.close()


if __name__ == "__main__":
    main()
