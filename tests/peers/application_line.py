"""A line one number of which is driven by the program of docs/applications.md, a process of its own."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from softswitch.applications.signature import verify
from tests.peers.conftest import assert_faultless
from tests.peers.office import OfficeLine
from tests.peers.programs import LOOPBACK, Ports, Program

PAGE = Path(__file__).resolve().parents[2] / "docs" / "applications.md"
NUMBER, FALLBACK = "701", "1002"
SECRET = "choose-a-long-secret"
LIMIT_S = 3.0


def shown_program() -> str:
    """Return the program of the page."""
    found = re.search(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def started(port: int, folder: Path) -> Program:
    """Start the page's program at a port of ours, in place of its own."""
    *lines, serve = shown_program().strip().splitlines()
    assert "8080" in serve
    assert any(SECRET in line for line in lines)
    text = "\n".join([*lines, "print('here', flush=True)", serve.replace("8080", str(port))])
    file = folder / "parcels.py"
    file.write_text(text, encoding="utf-8")
    program = Program([sys.executable, str(file)], log=folder / "parcels.log")
    program.wait_start("^here$", 5.0)
    return program


@contextmanager
def application_line(folder: Path, ports: Ports, port: int) -> Iterator[OfficeLine]:
    """Run a line whose number :data:`NUMBER` is driven by what listens at ``port``."""
    line = OfficeLine(
        folder / "home",
        ports.take(),
        log=folder / "switch.log",
        outside=(
            f"http: {{allow: ['{LOOPBACK}:{port}']}}\n"
            f"applications: {{{NUMBER}: {{name: parcels, url: 'http://{LOOPBACK}:{port}/', secret: {SECRET}, "
            f"fallback: {FALLBACK}, limit_s: {LIMIT_S}}}}}\n"
        ),
    )
    try:
        yield line
    finally:
        line.close()
    assert_faultless(line)


class Scripted:
    """A program that answers its questions in turn, in a thread of the test; keeps what it was asked."""

    def __init__(self, *answers: Sequence[Mapping[str, object]]) -> None:
        self.answers = list(answers)
        self.questions: list[dict[str, Any]] = []
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                mine = verify(SECRET, headers, body, now=time.time())
                program.questions.append(json.loads(body))
                answer = json.dumps({"steps": program.answers.pop(0) if mine else []}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing: the test's output is the test's."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="program")
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
