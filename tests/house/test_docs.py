"""What the docs promise to list, they list; the house looks at itself."""

import doctest
import importlib
import io
import re
import subprocess
import sys
import tomllib

import pytest

from blockplan.plan.model.layers import LAYERS, VALUES
from blockplan.texts import LANGUAGES


@pytest.mark.parametrize(
    ("script", "written"),
    [
        ("write_commands", "commands.md"),
        ("write_rules", "rules-reference.md"),
        ("write_measures", "measures.md"),
    ],
)
def test_a_page_of_reference_is_what_commands_packs_and_the_registry_say(repo, script, written):
    # In a process of its own: click keeps the help of what another test has called.
    asked = f"import {script}; print({script}.page(), end='')"
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=repo / "docs", capture_output=True, text=True, check=True
    ).stdout
    assert (repo / "docs" / written).read_text(encoding="utf-8") == said, (
        f"call: .venv/bin/python docs/{script}.py"
    )


def test_the_page_of_packs_counts_the_rules_that_there_are(repo):
    from blockplan.check.instruments import House
    from blockplan.check.packs import available, load

    rules = [rule for pack in load(sorted(available()), House().measures()) for rule in pack.rules]
    text = (repo / "docs" / "packs.md").read_text(encoding="utf-8")
    assert f"{len(available())} rule packs hold {len(rules)} dated rules" in text
    from_memory = sum(rule.confidence == "C" for rule in rules)
    assert f"{from_memory} of the {len(rules)} rules rest on figures from memory" in text


def test_each_decision_has_a_number_of_its_own_which_its_title_says(repo):
    pages = sorted((repo / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for number, page in zip(numbers, pages, strict=True):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name


def test_every_error_is_documented(repo):
    from blockplan import errors

    page = (repo / "docs" / "errors.md").read_text(encoding="utf-8")
    named = {name for name, found in vars(errors).items() if isinstance(found, type)}
    assert set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE)) == named


def test_every_layer_and_column_is_documented(repo):
    page = (repo / "docs" / "plan-package.md").read_text(encoding="utf-8")
    for spec in LAYERS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{spec.name}`"))
        assert set(re.findall(r"`(\w+)`", row.split("|")[3])) == set(spec.columns), spec.name
    for (layer, column), values in VALUES.items():
        assert f"- `{layer}.{column}`: {', '.join(sorted(values))}" in page


def catalogs(repo):
    return sorted(file for file in (repo / "src" / "blockplan").rglob("*.toml"))


def test_every_text_exists_in_every_language(repo):
    missing = []

    def walk(node, path, file):
        keys = set(node)
        if keys & set(LANGUAGES):
            missing.extend(f"{file.name}: {path} lacks {lang}" for lang in LANGUAGES if lang not in node)
        for key, child in node.items():
            if isinstance(child, dict):
                walk(child, f"{path}.{key}", file)

    for file in catalogs(repo):
        walk(tomllib.loads(file.read_text(encoding="utf-8")), "", file)
    assert not missing


HEAVY = {"geopandas", "pandas", "numpy", "matplotlib", "shapely", "pyogrio", "pydantic", "rich"}
#: What reads and judges a plan does without these.
OF_OTHERS = {"django", "numba", "typst", "fontTools", "PIL", "docx", "highspy", "scipy.spatial"}
READING = "import blockplan as bp; plan = bp.read('examples/demonstration-zone')"


@pytest.mark.parametrize(
    ("call", "heavy"),
    [
        ("import blockplan", HEAVY),
        ("from blockplan.cli import app; app(['--help'], standalone_mode=False)", HEAVY),
        (READING, OF_OTHERS | {"scipy"}),
        (f"{READING}; bp.measure(plan, 'green_within_500m', parameters={{'green_readings': []}})", OF_OTHERS),
        ("import blockplan.report.plan_report", {"django", "numba", "blockplan.exchange.office.importing"}),
    ],
)
def test_a_call_loads_no_heavy_package_that_it_has_no_use_for(repo, call, heavy):
    script = f"import sys; {call}; loaded = {heavy} & set(sys.modules); assert not loaded, loaded"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=repo)


def test_the_examples_in_docstrings_hold(repo):
    source = repo / "src"
    with_some = [file for file in sorted(source.rglob("*.py")) if ">>> " in file.read_text(encoding="utf-8")]
    tried, wrong = 0, []
    for file in with_some:
        name = ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        said = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        for test in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name), name):
            runner.run(test, out=said.write)
        tried += runner.tries
        if runner.failures:
            wrong.append(said.getvalue())
    assert wrong == []
    assert tried > 300


def test_all_that_is_exported_is_there():
    import blockplan

    for name in blockplan.__all__:
        assert getattr(blockplan, name) is not None


def test_the_rooms_named_after_a_verb_can_be_called():
    import blockplan as bp

    for name in ("measure", "check", "compare", "report"):
        assert callable(getattr(bp, name)), name


def tracked(repo):
    if not (repo / ".git").exists():
        return sorted(
            file for folder in ("src", "tests", "docs", "examples") for file in (repo / folder).rglob("*.py")
        )
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repo, check=True, capture_output=True, text=True
    ).stdout
    return [repo / name for name in names.split("\0") if name and (repo / name).is_file()]


def test_no_file_names_a_package_registry_or_a_path_of_one_machine(repo):
    words = (
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "registry." + "npmjs",
        "deb." + "debian",
        "/" + "root/",
        "/" + "work/",
    )
    found = []
    for file in tracked(repo):
        if file.suffix in {".gpkg", ".png", ".otf", ".woff2", ".pdf", ".zip", ".ttf"}:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{file.relative_to(repo)}: {word}" for word in words if word in text]
    assert not found


def test_every_file_that_the_page_of_the_house_names_is_there(repo):
    # A name alone stands for a file beside the one named before it in its row.
    lost, sources = [], repo / "src" / "blockplan"
    for line in (repo / "docs" / "house.md").read_text("utf-8").splitlines():
        beside = sources
        for name in re.findall(r"`([\w./]+(?:/|\.(?:py|toml|ts|html|csv|mjs|md|yaml)))`", line):
            found = next((at / name for at in (sources, repo, beside) if (at / name).exists()), None)
            if found is None:
                lost.append(name)
            else:
                beside = found.parent if found.is_file() else found
    assert lost == []
