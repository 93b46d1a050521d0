"""A mail server on this machine for tests: it speaks enough SMTP, and fails as it is told."""

from __future__ import annotations

import email
import socketserver
import threading
from email import policy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import EmailMessage


class MailServer:
    """Takes mail on a free port; `says` answers a recipient (code and words) in the place of 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        #: Answers to the next recipients; then 250.
        self.says: list[str] = []
        #: Hang up after so many mails were taken, before it is said.
        self.hangs_up_after: int | None = None
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def talk(self, client: Any) -> None:
        def say(line: str) -> None:
            client.wfile.write(line.encode() + b"\r\n")

        say("220 test")
        while line := client.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                say("354 go on")
                lines = []
                while (part := client.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part[1:] if part.startswith(b"..") else part)
                self.mails.append(email.message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
                if self.hangs_up_after is not None and len(self.mails) > self.hangs_up_after:
                    self.hangs_up_after = None
                    return
                say("250 taken")
            elif word == b"RCPT":
                answer = self.says.pop(0) if self.says else "250 ok"
                if answer.startswith("250"):
                    self.recipients.append(line.decode().split("<")[1].split(">")[0])
                say(answer)
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
