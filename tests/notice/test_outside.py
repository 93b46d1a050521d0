"""Others see that a record only grows: witnesses, time stamps, and whoever follows its feed."""

from __future__ import annotations

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.support.forging import Finished, copied, seal
from tests.support.offices import Office
from tests.support.verifiers import both_find
from tests.support.watched_town import Town

from blockplan.cli.notice.lifecycle import command
from blockplan.errors import UsageError
from blockplan.notice.countersignatures import Outside, ask_witness, stamp, stamped_at
from blockplan.notice.monitoring import follow, witness_server
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notary import read_key
from blockplan.notice.proof.notes import Signer, read_checkpoint
from blockplan.notice.proof.witnesses import Cosigner, Watcher, Witness, request_of
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.says("one", "two")
    return made


@pytest.fixture
def watcher(office: Office, tmp_path: Path) -> Watcher:
    (tmp_path / "seen").mkdir()
    cosigner = Cosigner(Signer.new("office-b.example/witness"))
    return Watcher(cosigner, [office.first], tmp_path / "seen")


@pytest.fixture
def witness(watcher: Watcher) -> Iterator[tuple[Witness, str]]:
    """A witness that is served, as `notice witness` does, and its address."""
    server = witness_server(watcher, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield watcher.cosigner.witness, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def cosigned(office: Office, witness: tuple[Witness, str]) -> str:
    with office.open() as store:
        note = store.checkpoint() or ""
        return ask_witness(note, office.first, store, *witness)


def test_a_witness_signs_what_leads_on_from_what_it_saw(
    office: Office,
    witness: tuple[Witness, str],
    ask: Any,
) -> None:
    key = str(witness[0])
    assert Witness.read(key) == witness[0]
    first = cosigned(office, witness)
    assert read_checkpoint(first, office.first).size == 3
    office.says("three")
    second = cosigned(office, witness)
    assert witness[0].signed_at(second) > 1_700_000_000
    for note in (first, second):
        Outside(office.key).add_witnessed(note)
    record = office.exported()
    found = verify(record, witnesses=[key])
    assert (found.findings, found.seen[0]["size"]) == ([], 4)
    assert ask({"op": "record", "folder": str(record), "witnesses": {"witnesses": [key]}}) == [[]]
    stranger = str(Cosigner(Signer.new("nobody")).witness)
    both_find(record, ask, {"unwitnessed"}, witnesses=[stranger])


def test_a_fork_gets_no_second_signature(office: Office, witness: tuple[Witness, str]) -> None:
    restore = office.backed_up(with_key=True)
    office.says("three")
    cosigned(office, witness)
    restore()
    with pytest.raises(UsageError, match="saw 4 entries"):
        cosigned(office, witness)
    office.says("another third", "and a fourth")
    with pytest.raises(UsageError, match="forked"):
        cosigned(office, witness)


def test_a_witness_says_no_as_the_protocol_has_it(office: Office, watcher: Watcher) -> None:
    with office.open() as store:
        note = store.checkpoint() or ""
        good = request_of(note, read_checkpoint(note, office.first), 0, store)
    other = Signer.new("blockplan/made-up").sign(note.partition("\n\n")[0] + "\n")
    for request, status in [
        ("", 400), (good.replace("old 0", "old x"), 400), (good.replace("old 0", "old 9"), 400),
        (good.replace("blockplan/made-up\n", "blockplan/other\n"), 404), (f"old 0\n\n{other}", 403),
        (good.replace("old 0", "old 1"), 409), (good, 200), (good, 409),
        (good.replace("old 0", "old 3"), 200),
    ]:  # fmt: skip
        assert watcher.add(request)[0] == status, request[:40]


def test_what_travels_along_and_does_not_lead_to_the_record_is_found(
    office: Office,
    witness: tuple[Witness, str],
    ask: Any,
    tmp_path: Path,
) -> None:
    Outside(office.key).add_witnessed(cosigned(office, witness))
    made = Finished(office.exported(), read_key(office.key), office.notary, [], [])
    fork = made.signer.sign(f"blockplan/made-up\n2\n{'A' * 43}=\n")
    for name, row in (
        ("witnessed", fork),
        ("timestamps", {"checkpoint": fork, "token": "", "authority": ""}),
    ):
        tampered = copied(made, tmp_path / name)
        (tampered / f"{name}.jsonl").write_bytes(canonical.dumps(row) + b"\n")
        seal(tampered, made.signer)
        both_find(tampered, ask, {"witness_fork"})


def test_whoever_follows_the_feed_sees_that_a_record_grew_or_was_forked(
    office: Office, tmp_path: Path
) -> None:
    server = Town(office)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/en/notices/town/feed.atom"
    state = tmp_path / "town.seen"
    restore = office.backed_up(with_key=True)

    def look() -> tuple[str, int]:
        words = ["monitor", address, "--state", str(state), "--key", str(office.first)]
        done = CliRunner().invoke(command, [*words, "--json"])
        assert done.exit_code in {0, 1}, done.output
        return follow(address, state, office.first).outcome, done.exit_code

    assert look() == ("same", 0)  # the command saw it first
    office.says("three")
    assert look() == ("same", 0)
    restore()
    assert look() == ("smaller", 1)
    office.says("another third")
    assert look() == ("forked", 1)
    assert (tmp_path / "town.seen.broken").exists()
    with pytest.raises(UsageError, match="no page"):
        follow("https://example.org/", state, office.first)
    server.shutdown()
    server.server_close()


class Authority(HTTPServer):
    """A time-stamping authority on this machine, by OpenSSL."""

    def __init__(self, folder: Path) -> None:
        outer = self
        self.folder = folder
        folder.mkdir()
        (folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_digest = sha256\n"
            "default_policy = 1.2.3.4.1\n"
            "digests = sha256, sha512\naccuracy = secs:1\n[req]\ndistinguished_name = dn\n[dn]\n[ca]\n"
            "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n"
            "subjectKeyIdentifier = hash\n[ext]\nextendedKeyUsage = critical, timeStamping\n"
            "keyUsage = critical, digitalSignature\nsubjectKeyIdentifier = hash\n"
            "authorityKeyIdentifier = keyid\n"
        )
        (folder / "serial").write_text("01")
        self.run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=CA -days 30 "
                 "-config tsa.cnf -extensions ca")  # fmt: skip
        self.run("req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=TSA -config tsa.cnf")
        self.run("x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 "
                 "-extfile tsa.cnf -extensions ext")  # fmt: skip

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                (outer.folder / "query.tsq").write_bytes(asked)
                outer.run("ts -reply -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out reply.tsr "
                          "-config tsa.cnf -section t -chain tsa.pem")  # fmt: skip
                body = (outer.folder / "reply.tsr").read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def run(self, words: str) -> None:
        done = subprocess.run(["openssl", *words.split()], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_time_stamp_says_when_a_checkpoint_was_there(office: Office, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("needs OpenSSL")
    server = Authority(tmp_path / "tsa")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    root = (tmp_path / "tsa" / "ca.pem").read_bytes()
    with office.open() as store:
        note = store.checkpoint() or ""
    made = stamp(note, address)
    assert stamped_at(made, [root]).year >= 2026
    with pytest.raises(UsageError, match="does not hold"):
        stamped_at(made | {"checkpoint": note + "x"}, [root])
    other = Authority(tmp_path / "other")
    with pytest.raises(UsageError, match="does not hold"):
        stamped_at(made, [(tmp_path / "other" / "ca.pem").read_bytes()])
    Outside(office.key).add_stamp(made)
    record = office.exported()
    words = ["verify", str(record), "--key", str(office.first), "--stamp-root"]
    told = CliRunner().invoke(command, [*words, str(tmp_path / "tsa" / "ca.pem")])
    assert (told.exit_code, "stamped the first 3 entries" in told.stdout) == (0, True), told.output
    told = CliRunner().invoke(command, [*words, str(tmp_path / "other" / "ca.pem")])
    assert told.exit_code == 1
    for one in (server, other):
        one.server_close()
