import time
import tomllib

import pytest

from blockplan.plan.model import tomlfile


def test_ordinary_toml_is_read():
    text = '[residents]\nsource = "parcels"\na.b.c = 1\ntext = "one. two. three."\n'
    assert tomlfile.loads(text) == tomllib.loads(text)


def test_a_key_of_many_parts_is_refused_with_its_line():
    with pytest.raises(tomllib.TOMLDecodeError, match=r"a key of more than 32 parts \(at line 2\)"):
        tomlfile.loads("x = 1\na" + ".a" * 100_000 + " = 1")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        '"' * 1_000_000,
        "." * 1_000_000,
        "a." * 31 + "a" * 900_000,
        "a" + " " * 900_000,
        '"a"' * 300_000,
    ],
    ids=["word", "quotes", "dots", "long last part", "blanks", "texts"],
)
def test_the_guard_itself_takes_no_time(text):
    started = time.process_time()
    with pytest.raises(tomllib.TOMLDecodeError):
        tomlfile.loads(text)
    assert time.process_time() - started < 2
