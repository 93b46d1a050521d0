"""The verifier in TypeScript agrees with the one in Python: on vectors, on records, tampered ones too."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.canonical_numbers import NUMBERS
from tests.support.changed_records import (
    by_a_rule_of_their_own,
    called_in_time,
    closed_early,
    cut,
    dropped,
    shortened,
    texted,
)
from tests.support.forging import Finished, copied, lines_of, put_lines, refresh_manifest, rewrite
from tests.support.merkle_trees import LEAVES, VECTORS, a_tree
from tests.support.notes import KEY, NOTE
from tests.support.notice_records import a_clock, an_opening
from tests.support.repaired_records import TAMPERED
from tests.support.verifiers import both_find

from blockplan.notice import SqliteStore, submissions
from blockplan.notice.countries import country
from blockplan.notice.lengths import closed_within
from blockplan.notice.periods import NoticeSchedule, Span
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.proof.notes import Signer, TreeHead
from blockplan.notice.receipts import faults_of_receipt, receipt_with_later
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_the_built_files_are_those_that_the_sources_give(repo: Path, built: Path, tmp_path: Path) -> None:
    if not (repo / "frontend" / "node_modules").is_dir():
        pytest.skip("needs the TypeScript compiler (make frontend)")
    compiler = repo / "frontend" / "node_modules" / "typescript" / "bin" / "tsc"
    project = repo / "frontend" / "verify"
    subprocess.run(["node", compiler, "--project", project, "--outDir", tmp_path], check=True)
    fresh = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    assert fresh == {file.name: file.read_text(encoding="utf-8") for file in built.iterdir()}, (
        "call: make frontend"
    )


def test_the_roots_are_those_of_certificate_transparency(ask: Any) -> None:
    (roots,) = ask({"op": "roots", "leaves": [leaf.hex() for leaf in LEAVES]})
    assert roots == [VECTORS["empty_root"], *VECTORS["roots"]]


def proofs(sizes: range) -> list[tuple[dict[str, Any], bool]]:
    """Good proofs of every kind, and each with one bit flipped."""
    leaves = [b"%d" % number for number in sizes]
    tree = a_tree(leaves)
    roots = {size: merkle.root(tree, size).hex() for size in range(1, len(leaves) + 1)}
    found: list[tuple[dict[str, Any], bool]] = []
    for size in range(1, len(leaves) + 1):
        for other in {0, size // 3, size - 1}:
            path = [step.hex() for step in merkle.inclusion_proof(tree, other, size)]
            question = {
                "op": "included",
                "leaf": merkle.leaf_hash(leaves[other]).hex(),
                "index": other,
                "size": size,
            }
            found.append((question | {"path": path, "root": roots[size]}, True))
            found.append((question | {"path": flipped(path, roots[size]), "root": roots[size]}, False))
            old = other + 1
            path = [step.hex() for step in merkle.consistency_proof(tree, old, size)]
            question = {"op": "consistent", "old": old, "size": size, "roots": [roots[old], roots[size]]}
            found.append((question | {"path": path}, True))
            found.append((question | {"path": flipped(path, roots[size])}, False))
    return found


def flipped(path: list[str], other: str) -> list[str]:
    return [f"{int(path[0][0], 16) ^ 1:x}" + path[0][1:], *path[1:]] if path else [other]


def test_every_proof_is_taken_and_no_bent_one(ask: Any) -> None:
    pairs = proofs(range(40))
    answers = ask(*(question for question, _ in pairs))
    assert answers == [holds for _, holds in pairs]


def test_canonical_json_is_the_same(ask: Any) -> None:
    bits = list(NUMBERS)
    assert ask(*({"op": "number", "bits": one} for one in bits)) == list(NUMBERS.values())
    value = {
        "€": [1e21, 0.1, -7, 1e-7],
        "\U0001f600": '\u0007 \\ " / é',
        "ﬁ": None,
        "": {"b": True, "a": False},
    }
    said = canonical.dumps(value).decode()
    good = ask({"op": "canonical", "said": said})
    assert good == [said]
    bad = [
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1,"a":1}',
        "[1.0]",
        '"\\u0041"',
        '"\\ud800"',
        "[-0]",
        "[1]\n",
        "[",
    ]
    assert ask(*({"op": "canonical", "said": one} for one in bad)) == ["refused"] * len(bad)


def test_notes_are_the_same(ask: Any) -> None:
    signer = Signer.new("blockplan/made-up")
    key = str(signer.verifier)
    note = signer.sign(TreeHead(signer.name, 42, b"\x07" * 32).text())
    bent_notes = [note + "\n", note + note.splitlines(keepends=True)[-1], note.replace("\n42\n", "\n43\n"),
                  note.replace("— ", "- "), note[:-1]]  # fmt: skip
    answers = ask(
        {"op": "note", "note": NOTE, "key": KEY},
        {"op": "checkpoint", "note": note, "key": key},
        *({"op": "checkpoint", "note": one, "key": key} for one in bent_notes),
        {"op": "checkpoint", "note": signer.sign(TreeHead("other", 1, b"\x07" * 32).text()), "key": key},
    )
    assert answers == [NOTE.partition("\n\n")[0] + "\n", 42, *["refused"] * 6]


def test_the_record_and_its_receipts_hold(made: Finished, ask: Any) -> None:
    witnesses = {"key": made.key, "checkpoints": made.checkpoints, "receipts": made.receipts}
    record, *receipts = ask(
        {"op": "record", "folder": str(made.folder), "witnesses": witnesses},
        *({"op": "receipt", "document": document, "key": made.key} for document in made.receipts),
    )
    assert record == []
    assert receipts == [document["leaf"]["seq"] for document in made.receipts]


def test_a_receipt_with_later_words_holds_in_both_verifiers_and_a_bent_one_in_none(
    tmp_path: Path, ask: Any
) -> None:
    notary = Notary(new_key(tmp_path / "key", "blockplan/town"), TipFile(tmp_path / "tip"))
    with SqliteStore(tmp_path / "town.notice", notice="town", notary=notary, clock=a_clock()) as store:
        store.append("opened", an_opening(publication="live"))
        first, secret = submissions.submit(store, submissions.Submission(text="More trees."))
        other, _ = submissions.submit(store, submissions.Submission(text="Fewer cars."))
        submissions.amend(store, str(other.opinion), "No cars.", by="Li")
        submissions.amend(store, str(first.opinion), "Fewer trees.", secret=secret)
        submissions.withdraw(store, str(first.opinion), secret=secret)
        signed, key = store.checkpoint() or "", notary.verifier

        def whole(number: Any) -> dict[str, Any]:
            return receipt_with_later(list(store.events(about=number)), store, signed, key)

        good, foreign = whole(first.opinion), whole(other.opinion)
    assert [one["leaf"]["kind"] for one in good["later"]] == ["amended", "withdrawn"]
    tampered = [copy.deepcopy(good) for _ in range(6)]
    tampered[0]["later"][0]["body"]["text"] = "More cars."
    tampered[1]["later"].reverse()
    tampered[2]["later"] = foreign["later"]
    tampered[3]["later"][0]["later"] = []
    tampered[4]["later"] = [{**foreign, "later": []}]
    tampered[5]["later"] = {"0": good["later"][0]}
    assert faults_of_receipt(good, key) == []
    assert all(faults_of_receipt(one, key) for one in tampered)
    asked = [{"op": "receipt", "document": one, "key": str(key)} for one in (good, *tampered)]
    assert ask(*asked) == [first.seq, *["refused"] * 6]


def test_forged_receipts_are_refused(made: Finished, ask: Any) -> None:
    forged = []
    for change in (
        lambda r: r["body"].update(text="I praised the plan."),
        lambda r: r["leaf"].update(seq=3),
        lambda r: r["leaf"].update(at="2026-03-01T00:00:00.000000Z"),
        lambda r: r["proof"].pop(),
        lambda r: r["proof"].append("00" * 32),
        lambda r: r.update(checkpoint=r["checkpoint"].replace("\n2\n", "\n3\n")),
        lambda r: r.pop("leaf"),
    ):
        document = copy.deepcopy(made.receipts[0])
        change(document)
        forged.append({"op": "receipt", "document": document})
    other = str(Signer.new("blockplan/made-up").verifier)
    forged.append({"op": "receipt", "document": made.receipts[0], "key": other})
    assert ask(*forged) == ["refused"] * len(forged)


@pytest.mark.long
def test_one_changed_bit_in_any_file_is_found(made: Finished, ask: Any) -> None:
    draw = random.Random(9)
    flips = []
    for file in sorted(made.folder.rglob("*")):
        if file.is_file():
            size = file.stat().st_size
            places = {0, size // 2, size - 1, *(draw.randrange(size) for _ in range(3))}
            flips += [
                [file.relative_to(made.folder).as_posix(), place, draw.randrange(8)] for place in places
            ]
    assert len(flips) > 70
    assert ask({"op": "flips", "folder": str(made.folder), "flips": flips}) == [[]]


WITHOUT_KEY = {
    "edited": texted,
    "dropped": dropped,
    "cut": cut,
    "reordered": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
}


@pytest.mark.long
@pytest.mark.parametrize("way", WITHOUT_KEY)
def test_both_find_what_is_tampered_with_without_the_key(tampered: Path, ask: Any, way: str) -> None:
    put_lines(tampered, WITHOUT_KEY[way](lines_of(tampered)))
    both_find(tampered, ask, {"manifest_changed"})


@pytest.mark.parametrize(
    "change",
    [shortened, closed_early, called_in_time],
    ids=lambda change: change.__name__,
)
def test_both_find_what_the_law_forbids(made: Finished, tampered: Path, ask: Any, change: Any) -> None:
    rewrite(tampered, made.signer, change)
    both_find(tampered, ask, {"law_broken"})


def test_both_find_another_history_by_what_others_hold(made: Finished, tampered: Path, ask: Any) -> None:
    rewrite(tampered, made.signer, texted)
    both_find(
        tampered,
        ask,
        {"witness_fork", "receipt_not_in_record"},
        checkpoints=made.checkpoints[-1:],
        receipts=made.receipts[:1],
    )


def test_both_find_a_swapped_file_a_changed_plan_a_file_too_many_and_one_too_few(
    tampered: Path, ask: Any
) -> None:
    (tampered / "files" / "1-0.txt").write_bytes((tampered / "files" / "2-0.txt").read_bytes())
    plan = tampered / "plan-1" / "plan.gpkg"
    plan.write_bytes(plan.read_bytes() + b"\x00")
    refresh_manifest(tampered)
    (tampered / "more.txt").write_text("x", encoding="utf-8")
    (tampered / "README.txt").unlink()
    both_find(tampered, ask, {"manifest_changed", "file_swapped", "file_extra", "file_missing"})


def test_the_second_verifier_knows_the_rules_of_ours(repo: Path) -> None:
    source = (repo / "frontend" / "verify" / "periods.mts").read_text(encoding="utf-8")
    known = dict(re.findall(r'^  "([a-z0-9-]+)": "([A-Z]{2})",$', source, re.MULTILINE))
    ours = {rule.id: law.country for law in map(country, ("CN", "JP", "DE")) for rule in law.rules}
    assert known == ours


#: Rule, subdivision, first and last day of inspection, last day of opinions, and whether it is long enough.
ENDS = [
    ("DE", "de-baugb-3-2", "BE", "2026-05-11", "2026-06-14", "2026-06-14", False),  # on a Sunday
    ("DE", "de-baugb-3-2", "BE", "2026-05-11", "2026-06-15", "2026-06-15", True),
    ("DE", "de-baugb-3-2", "BE", "2026-05-11", "2026-06-10", "2026-06-10", True),  # the least
    ("DE", "de-baugb-3-2", "BE", "2026-05-11", "2026-06-09", "2026-06-09", False),
    ("DE", "de-baugb-3-2", "BE", "2026-03-04", "2026-04-03", "2026-04-03", False),  # on Good Friday
    ("DE", "de-baugb-3-2", "BE", "2026-03-04", "2026-04-07", "2026-04-07", True),
    ("JP", "jp-art17", None, "2026-03-02", "2026-03-16", "2026-03-16", True),
    ("JP", "jp-art17", None, "2026-03-02", "2026-03-15", "2026-03-15", False),
    ("JP", "jp-art16", None, "2026-03-02", "2026-03-16", "2026-03-23", True),
    ("JP", "jp-art16", None, "2026-03-02", "2026-03-16", "2026-03-20", False),  # a holiday, and too early
    ("CN", "cn-civil-code", None, "2026-09-10", "2026-10-10", "2026-10-10", True),  # a worked Saturday
    ("CN", "cn-civil-code", None, "2026-09-11", "2026-10-11", "2026-10-11", False),  # a Sunday
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "rule", "part", "first", "seen", "last", "holds"),
    ENDS,
    ids=[f"{one[1]}-{one[5]}" for one in ENDS],
)
def test_both_count_closed_days_at_the_end_of_a_period(
    made: Finished, tampered: Path, ask: Any, *, name: str, rule: str, part: str | None, first: str,
    seen: str, last: str, holds: bool,
) -> None:  # fmt: skip
    """The last day is changed in a record that is lawful else; its list of closed days is the true one."""
    law = country(name)
    days = {"first": dt.date.fromisoformat(first), "last": dt.date.fromisoformat(last)}
    period = NoticeSchedule(law.rule(rule).zone, Span(days["first"], dt.date.fromisoformat(seen), 1),
                    Span(days["first"], days["last"], 1))  # fmt: skip
    closed = closed_within(period, law.closed_days(part))
    said = {
        "country": name, "subdivision": part, "holidays": law.holidays.model_dump(mode="json"),
        **law.rule(rule).model_dump(mode="json", by_alias=True, exclude={"cases"}),
    }  # fmt: skip

    def change(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines[0]["body"] |= {"period": period.to_dict(), "rule": said, "closed": closed}
        return lines[:1]

    rewrite(tampered, made.signer, change)
    here = {finding.kind for finding in verify(tampered).findings}
    (there,) = ask({"op": "record", "folder": str(tampered), "witnesses": {}})
    assert ("period_short" not in here, "period_short" not in there) == (holds, holds)
    assert "rule_unknown" not in here | set(there)


def test_both_find_a_rule_that_nobody_knows(made: Finished, tampered: Path, ask: Any) -> None:
    rewrite(tampered, made.signer, by_a_rule_of_their_own)
    both_find(tampered, ask, {"rule_unknown"})


@pytest.mark.long
def test_both_hold_a_repair_of_the_clock_to_the_log(
    repaired: Finished,
    tmp_path: Path,
    ask: Any,
) -> None:
    assert ask({"op": "record", "folder": str(repaired.folder), "witnesses": {}}) == [[]]
    for bend in TAMPERED:
        tampered = copied(repaired, tmp_path / bend.__name__)
        rewrite(tampered, repaired.signer, bend)
        both_find(tampered, ask, {"law_broken"})


@pytest.mark.long
def test_the_command_leaves_with_the_codes_of_the_other(
    made: Finished, tampered: Path, built: Path, tmp_path: Path
) -> None:
    def run(*arguments: Any) -> tuple[int, Any]:
        done = subprocess.run(
            ["node", "--no-warnings", built / "cli.mjs", *map(str, arguments)], capture_output=True, text=True
        )
        return done.returncode, json.loads(done.stdout or "null")

    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(made.receipts[0]), encoding="utf-8")
    code, found = run(made.folder, "--receipt", receipt, "--key", made.key)
    assert (code, found["holds"], found["root"]) == (0, True, verify(made.folder).to_dict()["root"])
    assert run("--receipt-alone", receipt)[0] == 0
    (tampered / "link").symlink_to(tampered / "log.jsonl")
    assert run(tampered)[0] == 1
    assert run(tmp_path / "nothing")[0] == 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("withheld", {"of": 2}),
        ("withheld", {"asked_on": 3}),
        ("withheld", {"second": " A "}),
        ("approved", {"asked_on": 9}),
        ("opened", {"release": {"by": "a", "second": "b", "plan": "other", "package": "ab"}}),
    ],
)
def test_both_ask_on_what_state_two_persons_signed(
    made: Finished, tampered: Path, ask: Any, kind: str, said: dict[str, Any]
) -> None:
    def change(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        next(line for line in lines if line["leaf"]["kind"] == kind)["body"] |= said
        return lines

    rewrite(tampered, made.signer, change)
    both_find(tampered, ask, {"law_broken"})


def test_the_second_says_what_it_leaves_to_the_first(made: Finished, built: Path) -> None:
    done = subprocess.run(
        ["node", "--no-warnings", built / "cli.mjs", made.folder], capture_output=True, text=True
    )
    unchecked = json.loads(done.stdout)["unchecked"]
    assert {"time_stamps", "rule", "order"} <= set(unchecked)
    assert all(unchecked.values())
