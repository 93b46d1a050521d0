"""A mail server on this machine for tests: it speaks enough SMTP, and fails as it is told."""

from __future__ import annotations

import email
import socketserver
import threading
from email import policy
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from email.message import EmailMessage


class MailServer:
    """Takes mail on a free port; `says` answers a recipient (code and words) in the place of 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        #: Answers to the next recipients; then 250.
        self.says: list[str] = []
        #: What it says, in the place of what is usual, to: greeting, AUTH, MAIL, DATA (after the text).
        self.refuses: dict[str, str] = {}
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

        say(self.refuses.get("greeting", "220 test"))
        if "greeting" in self.refuses:
            return
        while line := client.rfile.readline():
            word = line[:4].upper().decode()
            if word == "DATA":
                say("354 go on")
                if not self._taken(client):
                    return
                say(self.refuses.get("DATA", "250 taken"))
            elif word == "RCPT":
                answer = self.says.pop(0) if self.says else "250 ok"
                if answer.startswith("250"):
                    self.recipients.append(line.decode().split("<")[1].split(">")[0])
                say(answer)
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                usual = {"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
                say(self.refuses.get(word, usual.get(word, "250 ok")))

    def _taken(self, client: Any) -> bool:
        """The text of a mail; False where the server is to hang up now."""
        lines = []
        while (part := client.rfile.readline()) not in (b".\r\n", b""):
            lines.append(part[1:] if part.startswith(b"..") else part)
        made = email.message_from_bytes(b"".join(lines), policy=policy.default)
        if "DATA" not in self.refuses:
            self.mails.append(cast("EmailMessage", made))
        if self.hangs_up_after is not None and len(self.mails) > self.hangs_up_after:
            self.hangs_up_after = None
            return False
        return True

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
