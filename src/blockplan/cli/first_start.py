"""
What a start of the service on an empty folder does, but serving: ``python -m blockplan.cli.first_start``.

`make setup` does it once, so that Python finds compiled what a first start and a report import, and all
modules of ours: in many containers Python is told to keep no compiled file, and would compile them each time.
What it writes else lies in a folder that is gone afterwards. It also searches a little of all that
`propose` does and goes a few ways along a network, because the machine code of both is made at their first
call and kept. That of a layout takes half a minute; tests run in several processes, and each would compile
what it does not find.
"""

from __future__ import annotations

import compileall
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import blockplan
from blockplan.errors import BlockplanError

#: Seconds of a layout: what is compiled counts, not what is found. Sites are found and proved at once.
SECONDS = 1.0


def main() -> None:
    """Set a service up with the demonstration, and take it down."""
    # What an operator has set is about another service.
    for name in [name for name in os.environ if name.startswith("BLOCKPLAN_")]:
        del os.environ[name]
    compileall.compile_dir(Path(blockplan.__file__).parent, quiet=1, workers=0)
    from blockplan.cli.demo import example
    from blockplan.portal import background, serve  # noqa: F401 (imported to be compiled)
    from blockplan.portal.preloading import judged

    with tempfile.TemporaryDirectory(prefix="blockplan-") as folder:
        config = serve.set_up(data=folder)
        serve.setup_link(config)
        serve.preload()
        import granian  # noqa: F401 (imported to be compiled)
        from django.db import connection

        from blockplan.portal.demo import open_demo

        open_demo(example(), lambda: judged(example()))
        connection.close()
        write_report(example(), Path(folder))
    compile_searches(example())


def write_report(path: Path, folder: Path) -> None:
    """Write all that is handed out of a plan, so that its libraries are compiled when `demo` does it."""
    from blockplan.check import check
    from blockplan.plan import read
    from blockplan.report import report

    plan = read(path)
    report(plan, check(plan), folder / "report")


def compile_searches(path: Path) -> None:
    """Site and lay out a little in a plan, so that whoever does it next finds the searches compiled."""
    import numpy as np

    from blockplan.check import check
    from blockplan.network.precompile import warm_up
    from blockplan.plan import read
    from blockplan.propose.layout.problem.params import LayoutParams
    from blockplan.propose.layout.problem.plan import plan_case
    from blockplan.propose.layout.problem.programme import Options, programme_of
    from blockplan.propose.layout.problem.standards import standards_of
    from blockplan.propose.layout.search.drawing import layout
    from blockplan.propose.siting.capacitated import capacitated_pmedian
    from blockplan.propose.siting.covering import lscp, mclp
    from blockplan.propose.siting.site import propose_site
    from blockplan.propose.siting.site_params import SiteParams
    from blockplan.propose.stopping import Stop

    warm_up()
    plan = read(path, scenario="b")
    asked = [
        *(SiteParams(service="kindergarten", problem=one, new=2) for one in ("mclp", "pmedian", "pcenter")),
        SiteParams(service="kindergarten", problem="lscp", within_m=500.0),
    ]
    for one in asked:
        # A plan in which a search finds nothing has compiled it all the same.
        with suppress(BlockplanError):
            propose_site(plan, one)
    # A small plan is one model; these searches begin where there are many places.
    capacitated_pmedian([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]], [1.0] * 3, 2, [2.0] * 2)
    covers = np.random.default_rng(0).random((60, 200)) < 0.08
    covers[0] |= ~covers.any(axis=0)
    mclp(covers, p=4)
    lscp(covers)
    packs = ("zone", "gb50180")
    wanted = Options(need={"kindergarten": 2}, size={"kindergarten": (2_000.0, 6_000.0)})
    programme = programme_of(standards_of(plan, check(plan, packs), packs), wanted)
    problem = plan_case(plan, programme)
    layout(problem.case, stop=Stop(seconds=SECONDS), params=LayoutParams.of_plan())


if __name__ == "__main__":
    main()
