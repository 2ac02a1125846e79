"""Servers of others beside a line under test: for mail, for files, for HTTP one that is shop and gateway."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.integrations import places
from tests.peers.programs import LOOPBACK, Ports

START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``path`` is without its ``query``, and names of headers are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        read = json.loads(self.body)
        assert isinstance(read, dict)
        return read


@dataclass(frozen=True, slots=True)
class Slow:
    """An answer that takes its time (seconds)."""

    seconds: float
    answer: object


@dataclass
class Web:
    """An HTTP server in a thread of its own: what it answers at which path, and what it was asked."""

    port: int = 0
    answers: dict[str, object] = field(default_factory=dict)
    """A status (int), octets as they are, or what goes out as JSON; a path that is not here is a 404."""
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def told(self, path: str) -> tuple[int, bytes]:
        """Return status and body of the answer at a path, once it is due."""
        answer = self.answers.get(path, 404)
        if isinstance(answer, Slow):
            self.over.wait(answer.seconds)
            answer = answer.answer
        if isinstance(answer, int):
            return answer, b""
        return 200, answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def at(self, path: str) -> list[Asked]:
        """Return what was asked at a path, in its order."""
        return [one for one in list(self.asked) if one.path == path]


@contextmanager
def web(answers: Mapping[str, object]) -> Iterator[Web]:
    """Run such a server as long as the context lasts."""
    made = Web(answers=dict(answers))

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            address = urlsplit(self.path)
            made.asked.append(Asked(self.command, address.path, address.query, headers, body))
            status, octets = made.told(address.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            """Say nothing: the test's output is the test's."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, name="web beside the line")
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Letters:
    """What a mail server has taken."""

    def __init__(self) -> None:
        self.taken: list[Message] = []

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content)
        letter["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        self.taken.append(letter)
        return "250 taken"

    def to(self, address: str) -> list[Message]:
        """Return the mails to an address, in their order."""
        return [letter for letter in list(self.taken) if address in letter["X-Envelope-To"].split(",")]


@contextmanager
def mail_server(ports: Ports) -> Iterator[tuple[Letters, int]]:
    """Run a mail server as long as the context lasts; give what it takes, and its port."""
    letters, port = Letters(), ports.take()
    controller = Controller(letters, hostname=LOOPBACK, port=port)
    controller.start()
    try:
        yield letters, port
    finally:
        controller.stop()


@contextmanager
def file_server(root: Path, port: int) -> Iterator[None]:
    """Serve a folder by FTP as long as the context lasts, to the user of :mod:`tests.integrations.places`."""
    serves, over = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with places.ftp_server(root, port=port):
            serves.set()
            await over.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, name="files beside the line")
    thread.start()
    assert serves.wait(START_SECONDS)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
