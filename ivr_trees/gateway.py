"""Prints text messages and mails of a line to try (`python3 gateway.py`): nothing leaves this machine."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Final

HOST: Final = "127.0.0.1"
TEXT_PORT: Final = 8791
MAIL_PORT: Final = 8725
"""Where the shipped lines send to, under `sms` and `mail` of their softswitch.yaml."""
LARGEST: Final = 20_000_000
"""Octets of what is taken: a mail with a long voice message has two million."""

_turn: Final = threading.Lock()


def tell(*lines: str) -> None:
    """Print lines in one piece: two may come at the same moment."""
    with _turn:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()


class Texts(BaseHTTPRequestHandler):
    """Takes every text message: a POST of JSON."""

    def do_POST(self) -> None:
        """Print a message and say that it was taken."""
        try:
            length = int(self.headers.get("Content-Length", ""))
            told = json.loads(self.rfile.read(length if 0 <= length <= LARGEST else 0))
            line = f"text message to {told['to']} from {told['from']}: {told['text']}"
        except (ValueError, LookupError, TypeError):
            self.send_error(400, "wanted is JSON with to, from, text")
            return
        tell(line)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Leave out the server's own lines."""


class Mails(StreamRequestHandler):
    """Takes every mail (RFC 5321, as much of it as one sender needs)."""

    timeout = 60

    def handle(self) -> None:
        """Talk with one sender until he has done."""
        self._say("220 gateway")
        while line := self.rfile.readline(1000):
            match line[:4].upper():
                case b"EHLO" | b"HELO":
                    self._say("250-gateway\r\n250 8BITMIME")
                case b"MAIL" | b"RCPT" | b"RSET" | b"NOOP":
                    self._say("250 good")
                case b"DATA":
                    self._say("354 go ahead")
                    show(message_from_bytes(self._text(), policy=policy.default))
                    self._say("250 taken")
                case b"QUIT":
                    self._say("221 good-bye")
                    return
                case _:
                    self._say("502 not known here")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _text(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline(LARGEST)) not in (b".\r\n", b""):
            # A point at the beginning of a line is doubled on the way (RFC 5321 section 4.5.2).
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


def show(mail: EmailMessage[Any, Any]) -> None:
    """Print a mail: to whom, what about, its words, and the files with it."""
    words = mail.get_body(("plain",))
    text = "" if words is None else str(words.get_content()).strip()
    files = ", ".join(filter(None, (part.get_filename() for part in mail.iter_attachments())))
    tell(
        f"mail to {mail['To']}: {mail['Subject']}",
        *(f"    {line}" for line in text.splitlines()),
        *([f"    with {files}"] if files else []),
    )


def main() -> None:
    """Serve both until it is ended."""
    wanted = argparse.ArgumentParser(description="Print text messages and mails of a line.")
    wanted.add_argument("--texts", type=int, default=TEXT_PORT, help="port for text messages (HTTP)")
    wanted.add_argument("--mails", type=int, default=MAIL_PORT, help="port for mails (SMTP)")
    ports = wanted.parse_args()
    ThreadingTCPServer.allow_reuse_address = True
    try:
        texts = ThreadingHTTPServer((HOST, ports.texts), Texts)
        mails = ThreadingTCPServer((HOST, ports.mails), Mails)
    except OSError as error:
        sys.exit(f"cannot listen on {HOST}, port {ports.texts} or {ports.mails}: {error.strerror}")
    with texts, mails:
        threading.Thread(target=mails.serve_forever, daemon=True).start()
        tell(f"text messages at {HOST}:{texts.server_address[1]}, mails at {HOST}:{mails.server_address[1]}")
        try:
            texts.serve_forever()
        except KeyboardInterrupt:
            mails.shutdown()


if __name__ == "__main__":
    main()
