"""Bundles that run on: an HTTP endpoint, and a folder that is watched."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecv.ondevice.bundle import serving
from tests.bundle.boards import Board

SECONDS = 60.0


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C, and what is left of its output."""
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=SECONDS)
    return process.returncode, out


@pytest.fixture(scope="module")
def port(board: Board) -> Iterator[int]:
    process = board.start("--serve", "0")
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("serving   http://127.0.0.1:"), said + process.stderr.read()
    yield int(said.split(";")[0].rsplit(":", 1)[1])
    assert ended(process)[0] == 130


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    document: dict[str, object] = json.loads(answer.read())
    connection.close()
    return answer.status, document


def test_an_image_is_answered_with_json(port: int, board: Board) -> None:
    status, document = ask(port, "POST", "/", (board.folder / "photo.png").read_bytes())
    assert status == 200
    assert document["artifact"] == "tiny-onnx-float32"
    assert document["objects"] == json.loads(board.run("photo.png", "--json").stdout)["predictions"][0]["objects"]


def test_it_says_what_it_is(port: int) -> None:
    status, document = ask(port, "GET", "/")
    assert (status, document["task"], document["size"]) == (200, "detection", [16, 24])


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "sentence"),
    [
        ("POST", "/", b"no image", {}, 400, "not an image in a format that can be read here"),
        ("POST", "/", b"", {}, 400, "got an empty file"),
        ("POST", "/", b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "curl --data-binary"),
        ("POST", "/", b"", {"Content-Length": str(serving.LARGEST + 1)}, 413, "at most 32 MB"),
        ("POST", "/", b"", {"Content-Length": "-1"}, 411, "Content-Length"),
        ("POST", "/", b"", {"Content-Length": "\xb2"}, 411, "Content-Length"),  # a digit to str.isdigit, not to int
        ("POST", "/", b"", {"Content-Length": "9" * 5000}, 411, "Content-Length"),
        ("POST", "/other", b"image", {}, 404, "POST images to /"),
        ("GET", "/other", None, {}, 404, "there is / alone"),
        ("DELETE", "/", None, {}, 501, "Unsupported method"),
    ],
)
def test_a_request_that_cannot_be_served_gets_a_sentence(
    port: int, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int, sentence: str
) -> None:
    got, document = ask(port, method, path, body, **headers)
    assert got == status
    assert sentence in str(document["error"])


def test_many_at_once_are_answered_or_told_to_try_again(port: int, board: Board) -> None:
    photo = (board.folder / "photo.png").read_bytes()
    statuses: list[int] = []
    askers = [threading.Thread(target=lambda: statuses.append(ask(port, "POST", "/", photo)[0])) for _ in range(12)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(statuses) == 12
    assert set(statuses) <= {200, 503}
    assert 200 in statuses


def test_it_outlives_a_sender_that_hangs_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as sender:
        sender.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf")
    assert ask(port, "GET", "/")[0] == 200


def test_what_comes_into_a_watched_folder_is_told_once(board: Board, tmp_path: Path) -> None:
    shutil.copy(board.folder / "photo.png", tmp_path / "old.png")
    process = board.start("--watch", tmp_path, "--json", "--out", tmp_path)
    assert process.stderr is not None
    assert process.stdout is not None
    assert "1 images that are there already" in process.stderr.readline()
    (tmp_path / "bad.jpg").write_bytes(b"no image")
    assert "not an image" in json.loads(process.stdout.readline())["error"]
    shutil.copy(board.folder / "photo.png", tmp_path / "new.png")
    told = json.loads(process.stdout.readline())
    assert told["image"] == str(tmp_path / "new.png")
    assert told["drawn"] == str(tmp_path / "new.predicted.jpg")
    shutil.copy(board.folder / "photo.png", tmp_path / "newer.png")
    assert json.loads(process.stdout.readline())["image"] == str(tmp_path / "newer.png")  # and not what was drawn
    assert ended(process) == (130, "")
