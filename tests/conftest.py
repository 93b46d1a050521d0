"""
What all tests share.

A test that needs something the machine lacks skips and says what. Under
``BLOCKPLAN_TEST_ALL=1`` (as CI sets it) a skip is an error, so that nothing
is left out unseen.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

REPO = Path(__file__).parents[1]
EVERYTHING = os.environ.get("BLOCKPLAN_TEST_ALL") == "1"
SOAK = os.environ.get("BLOCKPLAN_SOAK") == "1"

#: How often a soak goes its rounds: 1 fits half an hour on two cores.
SOAK_TIMES = int(os.environ.get("BLOCKPLAN_SOAK_TIMES", "1"))

# The same examples every day: a red run must be red again when somebody looks into it.
for profile, examples in {"few": 15, "house": 60, "soak": 400 * SOAK_TIMES}.items():
    settings.register_profile(
        profile,
        derandomize=profile != "soak",
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
settings.load_profile("soak" if SOAK else "house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="what tests of the web service run on; postgresql starts a cluster of its own",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Settings of the web service, before pytest-django asks for them."""
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(ForWorkers())
    # A shell lets what it starts in the background ignore Ctrl-C, and what tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="blockplan-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    Path(folder, "static").mkdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "blockplan.portal.settings"
    os.environ["BLOCKPLAN_DATA"] = folder
    os.environ.pop("BLOCKPLAN_DATABASE", None)
    if config.getoption("database") == "postgresql":
        from tests.support.cluster import WHY_NOT, Cluster, installed

        if not installed():
            raise pytest.UsageError(WHY_NOT)
        if hands_out(config):
            # Workers inherit what stands here, and would read the settings before they have a cluster.
            del os.environ["DJANGO_SETTINGS_MODULE"]
            return
        cluster = Cluster()
        config.add_cleanup(cluster.remove)
        os.environ["BLOCKPLAN_DATABASE"] = cluster.url
    django.setup()


#: New objects after which a search for garbage begins; Python's own choice is 700 or 2,000.
YOUNG = 5_000


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """
    What is collected stays until the end, and no search for garbage goes through it again and again.

    What tests import and share grows to be large too. Python searches all of it whenever its youngest objects
    are a quarter more, which took 8 % of the time of tests; it waits for more of them here.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG, 10, 10)
        gc.enable()


def hands_out(config: pytest.Config) -> bool:
    """Whether this process runs no test itself and hands them out to workers, each with data of its own."""
    return config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")


@dataclass
class Collected:
    """What was found for this run: the files with tests, and the marks of each test that is left out."""

    files: set[str] = field(default_factory=set)
    left_out: dict[str, set[str]] = field(default_factory=dict)


COLLECTED = pytest.StashKey[Collected]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    files = {item.nodeid.partition("::")[0] for item in items}
    config.stash.setdefault(COLLECTED, Collected()).files.update(files)


#: Seconds that a test takes, roughly, by its marks; `long(40)` gives its own.
SECONDS = {"browser": 8.0, "long": 3.0, "hypothesis": 1.0}


def seconds_of(item: pytest.Item) -> float:
    own = item.get_closest_marker("long")
    if own is not None and own.args:
        return float(own.args[0])
    return max((SECONDS.get(mark.name, 0.1) for mark in item.iter_markers()), default=0.1)


def dearest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests by module: one that takes long and came last would keep one worker while others rest."""
    modules: dict[str, float] = {}
    for item in items:
        module = item.nodeid.partition("::")[0]
        modules[module] = modules.get(module, 0.0) + seconds_of(item)
    places = {one: at for at, one in enumerate(sorted(modules, key=lambda one: (-modules[one], one)))}
    return sorted(items, key=lambda item: places[item.nodeid.partition("::")[0]])


class ForWorkers:
    """What a worker does beside the rest: it takes up its tests in the order in which they are handed out."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = dearest_first(items)


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        found = item.config.stash.setdefault(COLLECTED, Collected())
        found.left_out[item.nodeid] = {mark.name for mark in item.iter_markers()}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have measured (`record_property`), those of workers too."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}: {name}: {value}")


@pytest.fixture(scope="session")
def collected(pytestconfig: pytest.Config) -> Collected:
    """What was found for this run."""
    return pytestconfig.stash[COLLECTED]


@pytest.fixture(scope="session")
def repo() -> Path:
    """The checkout."""
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; skips where they are absent."""
    folder = REPO.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the reference data in ../shared")
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference plan."""
    return REPO / "examples" / "demonstration-zone"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """
    One browser for all tests: Playwright runs once in a thread.

    Chromium without the parts that show windows does the same in two thirds of the time, so it is preferred.
    Its letters are the product's own font; maps are drawn with a quarter of their pixels, and pages with all.
    """
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        pytest.skip("needs Chromium (Debian package chromium-headless-shell or chromium)")
    from playwright.sync_api import sync_playwright
    from tests.support.browser import Coarse
    from tests.support.pictures import fonts_of_ours

    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    # Playwright keeps an event loop in this thread, and Django takes that for a call from inside of one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    fonts = {"FONTCONFIG_FILE": str(fonts_of_ours(tmp_path_factory.mktemp("fonts")))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags, env={**os.environ, **fonts})
        yield Coarse(browser)
        browser.close()


@pytest.fixture(autouse=True)
def tabs_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A tab that a test has opened would go on asking and drawing beside all tests after it."""
    if "chromium" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("chromium").sharp
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if EVERYTHING and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under BLOCKPLAN_TEST_ALL=1: {item.nodeid}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if EVERYTHING and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped under BLOCKPLAN_TEST_ALL=1: {collector.nodeid}: {report.longrepr}"
    return report
