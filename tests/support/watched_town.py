"""A town whose record others watch."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from blockplan.notice.proof import canonical

if TYPE_CHECKING:
    from tests.support.offices import Office


class Town(HTTPServer):
    """The feed of a notice and its proofs, as the service gives them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.answer(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def answer(self, path: str) -> str:
        from blockplan.notice.proof import merkle

        with self.office.open() as store:
            if path.endswith("feed.atom"):
                return (
                    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="text">'
                    f"{store.checkpoint()}</content></entry></feed>"
                )
            old, new = (int(part.partition("=")[2]) for part in path.partition("?")[2].split("&"))
            proof = merkle.consistency_proof(store, old, new)
        return canonical.dumps({"proof": [step.hex() for step in proof]}).decode()
