"""A small HTTP endpoint: POST an image, get what is seen in it as JSON; GET / says what it is.

For other programs on the same board, and for trying out: it knows no passwords and no encryption, so it listens on
localhost unless it is told otherwise.
"""

from __future__ import annotations

import base64
import json
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Tuple

from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.bundle.telling import note
from edgecv.ondevice.drawing import index_png
from edgecv.ondevice.predictor import Predictor
from edgecv.ondevice.tasks import TASKS
from edgecv.ondevice.tasks.segmentation import Segmentation

LARGEST = 32 << 20  # bytes of an image: more than any camera's JPEG
AT_ONCE = 4  # requests in memory; one of them is in the network
PATIENCE_S = 20.0  # for a sender that says nothing
LOCAL = ("127.0.0.1", "::1", "localhost")


def serve(predictor: Predictor, host: str, port: int) -> None:
    """Answer until Ctrl-C."""
    try:
        server = Server((host, port), predictor)
    except (OSError, OverflowError) as error:
        raise Unavailable(f"--serve: cannot listen on {host}, port {port}: {error}") from error
    with server:
        note(f"serving   http://{host}:{server.server_address[1]}; Ctrl-C ends it")
        if host not in LOCAL:
            note("warning   there is no password: whoever reaches this machine can use it")
        server.serve_forever()


class Server(ThreadingHTTPServer):
    """A thread for each connection, of which a few are let in, and one at a time to the network."""

    daemon_threads = True

    def __init__(self, address: Tuple[str, int], predictor: Predictor) -> None:
        super().__init__(address, Handler)
        self.predictor = predictor
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self.network = threading.Lock()

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's asks the network for this machine's name, and waits

    def handle_error(self, request: Any, address: Any) -> None:
        """A sender that hangs up is no event; a bug is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    error_content_type = "application/json; charset=utf-8"  # of what http.server refuses by itself
    error_message_format = '{"error": "%(message)s"}\n'
    timeout = PATIENCE_S
    server: Server

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(200, _introduction(self.server.predictor))
        else:
            self._refuse(404, f"'{self.path}': there is / alone: GET says what it is, POST an image to it")

    def do_POST(self) -> None:
        if self.path != "/":
            self._refuse(404, f"'{self.path}': POST images to /")
        elif self._acceptable():
            if self.server.room.acquire(blocking=False):
                try:
                    self._predict(self.rfile.read(self._length()))
                finally:
                    self.server.room.release()
            else:
                self._refuse(503, "busy: others are being answered; try again")

    def handle_expect_100(self) -> bool:
        """Large images are refused before they are sent, where the sender asks."""
        return self._acceptable() and super().handle_expect_100()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - named by http.server
        """Nothing: a board's disk is small."""

    def _acceptable(self) -> bool:
        if self._length() < 0:
            self._refuse(411, "expected the header Content-Length")
        elif self._length() > LARGEST:
            self._refuse(413, f"expected an image of at most {LARGEST >> 20} MB, got {self._length() >> 20} MB")
        elif self.headers.get_content_maintype() == "multipart":
            self._refuse(400, "expected the image itself as the body, no form: curl --data-binary @photo.jpg")
        else:
            return True
        return False

    def _length(self) -> int:
        length = self.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() and len(length) < 20 else -1

    def _predict(self, image: bytes) -> None:
        predictor = self.server.predictor
        try:
            with self.server.network:
                prediction = predictor.predict(image)
        except InputError as error:
            self._answer(400, {"error": str(error)})
            return
        described = TASKS[predictor.manifest.task].describe(prediction, predictor.manifest.labels)
        if isinstance(prediction, Segmentation):
            described["mask"] = base64.b64encode(index_png(prediction.mask)).decode("ascii")
        self._answer(200, {"artifact": predictor.manifest.name, **described})

    def _refuse(self, code: int, sentence: str) -> None:
        """Answer without having read the body: what of it is on its way is thrown away, or the sender never listens."""
        self.close_connection = True
        self._answer(code, {"error": sentence})
        end = time.monotonic() + PATIENCE_S
        left = self._length()
        while left > 0 and time.monotonic() < end:
            read = len(self.rfile.read(min(left, 1 << 16)))
            left = left - read if read else 0

    def _answer(self, code: int, document: Dict[str, Any]) -> None:
        content = (json.dumps(document, ensure_ascii=False) + "\n").encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def _introduction(predictor: Predictor) -> Dict[str, Any]:
    manifest = predictor.manifest
    return {
        "artifact": manifest.name,
        "task": manifest.task,
        "precision": manifest.precision,
        "runtime": predictor.engine.runtime,
        "labels": manifest.labels,
        "size": manifest.preprocess.size,
        "use": "POST an image to /: curl --data-binary @photo.jpg THIS_ADDRESS",
    }
