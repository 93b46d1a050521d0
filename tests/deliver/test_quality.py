"""Each broken package of the public set is found broken for its reason alone."""

import importlib.util
import sys
import tomllib

import pytest

from blockplan.deliver.door import accept
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.quality import GRADES, RULES
from blockplan.texts import LANGUAGES


@pytest.fixture(scope="module")
def maker(repo):
    spec = importlib.util.spec_from_file_location("make_broken", repo / "examples/broken-packages/make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_broken"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def clean(maker, tmp_path_factory):
    """Master plans, and the clean package of each profile."""
    folder = tmp_path_factory.mktemp("packages")
    maker.make_upper(folder)
    for name in maker.PROFILES:
        maker.make_clean(load_delivery_profile(name), folder / name)
    return folder


@pytest.fixture(scope="module")
def expected(repo):
    return tomllib.loads((repo / "examples/broken-packages/expected.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg", "wenzhou", "zhongshan"])
def test_a_package_in_order_has_no_fault_and_every_rule_is_judged(clean, name):
    found = accept(clean / name, load_delivery_profile(name), None, upper=clean / "upper.gpkg")
    assert found.judgement.checks == ()
    assert found.judgement.not_judged == ()


def test_every_rule_has_a_broken_package_and_an_expectation(maker, expected):
    rules = {rule.id for rule in RULES}
    assert rules == set(maker.CASES) == set(expected)


@pytest.mark.long
@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_a_broken_package_is_found_broken_for_its_reason_alone(maker, clean, expected, tmp_path, rule):
    case = expected[rule]
    assert case["profile"] == maker.CASES[rule][0]
    maker.make_broken(rule, clean / case["profile"], tmp_path / rule)
    found = accept(
        tmp_path / rule, load_delivery_profile(case["profile"]), None, upper=clean / maker.upper_of(rule)
    )
    checks = found.judgement.checks
    assert {one.rule for one in checks} == {rule}, [one.message["en"] for one in checks]
    assert len(checks) == case["faults"]
    assert case["layer"] == "*" or {one.layer for one in checks} == {case["layer"]}
    grade = next(one.grade for one in RULES if one.id == rule)
    assert found.judgement.blocked == (grade == "blocking")


def test_what_cannot_be_judged_is_named_and_is_no_pass(clean):
    found = accept(clean / "deqing", load_delivery_profile("deqing"), None)
    assert found.judgement.not_judged == ("qc-town-limit", "qc-control-line")


def test_every_rule_says_what_where_and_what_to_do_in_three_languages():
    from blockplan.deliver.quality.finding import TEXTS

    for rule in RULES:
        assert rule.grade in GRADES
        for key in ("title", "message", "remedy"):
            assert set(TEXTS.text(f"{rule.id}.{key}")) == set(LANGUAGES)
