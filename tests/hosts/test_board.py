"""A board behind a real sshd: what runs there gives what runs here, and nothing of it stays."""

import dataclasses
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgecv import bench, hosts
from edgecv.bench import runner
from edgecv.bench.player import Player
from edgecv.cli.main import main
from edgecv.documents import load_device, read_measurement
from edgecv.errors import InputError, Unavailable
from edgecv.evaluation import evaluate
from edgecv.hosts import Argument, Given, Made, given_artifact
from edgecv.hosts.ssh import session
from edgecv.hosts.ssh.line import Line
from edgecv.ondevice.bench.turns import FEWEST_ROUNDS
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Accuracy
from tests.evaluation.color_artifacts import color_artifact, color_samples
from tests.hosts.loopback import LoopbackBoard

Say = Callable[[str], None]


def profile_of(board: LoopbackBoard) -> DeviceProfile:
    return load_device(board.profile).record


def look(board: LoopbackBoard, artifact: Artifact, photos: Path, out: Path, on_progress: Say | None = None) -> Any:
    """What the board sees in photos, by the way that commands go."""
    with hosts.at(profile_of(board), "test", on_progress=on_progress) as host:
        words: list[Argument] = [
            "predict",
            given_artifact(artifact),
            hosts.given_source(str(photos)),
            "--json",
            Made(out),
        ]
        hosts.run(host, words, log=out.with_suffix(".log"), on_progress=on_progress, limit_s=60)
    return json.loads(out.read_bytes())["predictions"]


def plain(predictions: Any) -> Any:
    """Without the files' names."""
    return [{name: value for name, value in each.items() if name != "image"} for each in predictions]


def test_a_measurement_is_taken_there_and_written_here(board, artifact, tmp_path, capsys) -> None:
    out = tmp_path / "tiny.measurement.json"
    words = ["bench", str(artifact.folder), "--mode", "quick", "--out", str(out), "--layers"]
    code = main([*words, "--device", str(board.profile)])
    measured = read_measurement(out)
    assert code == (0 if measured.verdict == "VALID" else 6)
    assert measured.latency
    assert measured.device.profile == "board"
    assert measured.environment
    assert measured.environment.memory_limit_mb
    assert json.loads((tmp_path / "tiny.layers.json").read_text())["device"]["profile"] == "board"


@pytest.mark.slow  # each of the two takes its twelve blocks of half a second
def test_two_take_turns_there(board, artifact, tmp_path) -> None:
    jobs = [
        bench.Job(artifact, tmp_path / f"{number}.json", device=profile_of(board), mode="quick") for number in range(2)
    ]
    first, second = bench.measure_all(jobs)
    assert not isinstance(first, Unavailable)
    assert not isinstance(second, Unavailable)
    assert second.interleaved
    assert second.interleaved.pairs >= FEWEST_ROUNDS


def test_predictions_of_the_command_are_those_of_this_machine(board, artifact, photos, tmp_path, capsys) -> None:
    words = ["predict", str(artifact.folder), str(photos), "--json"]
    assert main([*words, "--out", str(tmp_path / "here")]) == 0
    here = json.loads(capsys.readouterr().out)
    assert main([*words, "--out", str(tmp_path / "there"), "--device", str(board.profile)]) == 0
    there = json.loads(capsys.readouterr().out)
    assert there["artifact"] == here["artifact"]
    assert [each["image"] for each in there["predictions"]] == [each["image"] for each in here["predictions"]]
    assert [each["objects"] for each in there["predictions"]] == [each["objects"] for each in here["predictions"]]
    drawn = [Path(each["drawn"]) for each in there["predictions"]]
    assert [each.name for each in drawn] == [Path(each["drawn"]).name for each in here["predictions"]]
    assert all(each.is_file() and each.parent == tmp_path / "there" for each in drawn)


@pytest.mark.parametrize("folder", ["..", *(pytest.param(each, marks=pytest.mark.slow) for each in (".", "inside/.."))])
def test_a_folder_that_is_named_by_where_one_stands_is_named_so(
    board, artifact, photos, tmp_path, folder: str, monkeypatch, capsys
) -> None:
    shutil.copytree(photos, tmp_path, dirs_exist_ok=True)
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside" if folder == ".." else tmp_path)
    words = ["predict", str(artifact.folder), folder, "--json"]
    assert main(words) == 0
    here = json.loads(capsys.readouterr().out)
    assert main([*words, "--device", str(board.profile)]) == 0
    there = json.loads(capsys.readouterr().out)
    assert [each["image"] for each in there["predictions"]] == [each["image"] for each in here["predictions"]]


def test_a_photo_that_cannot_be_read_is_called_by_the_name_it_has_here(board, artifact, tmp_path, capsys) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    assert main(["predict", str(artifact.folder), str(tmp_path / "broken.png"), "--device", str(board.profile)]) == 3
    said = capsys.readouterr().err
    assert f"{tmp_path / 'broken.png'}: " in said
    assert str(board.home) not in said


def test_an_evaluation_there_scores_what_it_scores_here(board, tmp_path) -> None:
    artifact = color_artifact(tmp_path / "colors", "classification")
    samples = color_samples("classification", 6)
    how: dict[str, Any] = {"accuracy": Accuracy("top1"), "split": "test"}
    here = evaluate(artifact, samples, work=tmp_path / "here", **how)
    there = evaluate(artifact, samples, work=tmp_path / "there", device=profile_of(board), **how)
    assert there == dataclasses.replace(here, device="board")


def test_what_the_board_has_is_not_sent_again(board, artifact, photos, tmp_path) -> None:
    said: list[str] = []
    look(board, artifact, photos, tmp_path / "first.json")
    before = {path: path.stat().st_ino for path in board.cache.rglob("*") if path.is_file()}
    look(board, artifact, photos, tmp_path / "first.json", said.append)
    after = {path: path.stat().st_ino for path in board.cache.rglob("*") if path.is_file()}
    assert not [text for text in said if text.startswith("copying")]
    assert after == before
    assert any(path.suffix == ".pyc" for path in after)


@pytest.mark.slow
def test_a_login_script_that_talks_disturbs_nothing(board, artifact, photos, tmp_path) -> None:
    quiet = look(board, artifact, photos, tmp_path / "quiet.json")
    board.on_login("echo 'Welcome! { edgecv'; printf 'no line break'; echo to stderr >&2\n")
    assert plain(look(board, artifact, photos, tmp_path / "loud.json")) == plain(quiet)


def test_a_line_that_is_cut_costs_nothing_but_time(board, artifact, photos, tmp_path) -> None:
    expected = look(board, artifact, photos, tmp_path / "uncut.json")
    cuts: list[str] = []

    def cut_at_the_first_photo(text: str) -> None:
        if text.startswith("1/") and not cuts and board.cut():
            cuts.append(text)

    got = look(board, artifact, photos, tmp_path / "cut.json", cut_at_the_first_photo)
    assert cuts
    assert plain(got) == plain(expected)


@pytest.mark.slow
def test_a_line_that_stays_cut_is_a_sentence_and_the_board_clears_up(board, artifact, photos, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "RETURN_S", 0.5)
    monkeypatch.setattr(session, "PATIENCE_S", 3.0)

    def cut_for_good(text: str) -> None:
        if text.startswith("1/"):
            board.on_login("exit 1")
            board.cut()

    with pytest.raises(Unavailable, match=r"^board: the line was cut and did not come back within") as refused:
        look(board, artifact, photos, tmp_path / "out.json", cut_for_good)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_a_measurement_that_is_complete_outlives_a_line_that_stays_cut(board, artifact, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(session, "RETURN_S", 0.5)
    monkeypatch.setattr(session, "PATIENCE_S", 3.0)
    monkeypatch.setattr(runner, "FEWEST_ROUNDS", 1)
    jobs = [
        bench.Job(artifact, tmp_path / f"{number}.json", device=profile_of(board), mode="quick") for number in range(2)
    ]
    complete: list[Player] = []
    real = Player.take_turn

    def cut_for_good_after_the_first(player: Player, order: str) -> None:
        if complete:
            board.on_login("exit 1")
            board.cut()
        real(player, order)
        if not player.waiting:
            complete.append(player)

    monkeypatch.setattr(Player, "take_turn", cut_for_good_after_the_first)
    tries: list[str] = []
    with pytest.raises(Unavailable, match=r"^board: the line was cut and did not come back within"):
        bench.measure_all(jobs, on_progress=lambda text: tries.append(text) if "trying again" in text else None)
    assert len(tries) == 1
    (written,) = [job.out for job in jobs if job.out.exists()]
    assert read_measurement(written).latency


@pytest.mark.slow
def test_a_line_that_was_given_up_is_not_tried_again(board, artifact, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(session, "RETURN_S", 0.5)
    monkeypatch.setattr(session, "PATIENCE_S", 3.0)
    tries: list[float] = []
    real = session.Session._return

    def noted(its: session.Session, until: float) -> Line:
        tries.append(until)
        return real(its, until)

    monkeypatch.setattr(session.Session, "_return", noted)

    def cut_for_good(text: str) -> None:
        if text.startswith("opening"):
            board.on_login("exit 1")
            board.cut()

    with pytest.raises(Unavailable, match=r"^board: the line was cut and did not come back within"):
        bench.measure(bench.Job(artifact, tmp_path / "out.json", device=profile_of(board)), cut_for_good)
    assert len(tries) == 1


def test_two_at_once_take_turns_and_the_second_is_told_by_whom_the_board_is_used(
    board, artifact, photos, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(session, "LEASE_S", 0.1)
    said: list[str] = []
    with hosts.at(profile_of(board), "a long measurement"):
        second = threading.Thread(target=look, args=(board, artifact, photos, tmp_path / "second.json", said.append))
        second.start()
        until = time.monotonic() + 10
        while not said and time.monotonic() < until:
            time.sleep(0.01)
        assert said[0].startswith("waiting for board, which is in use by ")
        assert said[0].endswith(", for a long measurement")
        assert not (tmp_path / "second.json").exists()
    second.join()
    assert (tmp_path / "second.json").exists()


def test_a_crash_there_is_told_as_one_here_is(board, artifact, photos, tmp_path) -> None:
    def crash(text: str) -> None:
        if text.startswith("1/"):
            for pid in board.processes():
                if b"predict" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    os.kill(pid, signal.SIGSEGV)

    with pytest.raises(InputError, match="crashed with SIGSEGV"):
        look(board, artifact, photos, tmp_path / "out.json", crash)


@pytest.mark.slow
def test_it_ends_at_its_limit_of_time(board, tmp_path) -> None:
    with hosts.at(profile_of(board), "test") as host, pytest.raises(InputError, match="longer than the 0 s"):
        hosts.run(host, ["selftest", Given(tmp_path / "nothing", ())], log=tmp_path / "log", limit_s=0.0)


@pytest.mark.slow
def test_ctrl_c_ends_the_work_there_and_keeps_what_is_written(board, artifact, photos, tmp_path) -> None:
    def interrupt(text: str) -> None:
        if text.startswith("1/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look(board, artifact, photos, tmp_path / "out.json", interrupt)
    assert json.loads((tmp_path / "out.json").read_bytes())["predictions"]


@pytest.mark.slow
def test_a_result_that_was_whole_outlives_the_keeper(board, artifact, photos, tmp_path) -> None:
    expected = look(board, artifact, photos, tmp_path / "sound.json")

    def kill_the_keeper(text: str) -> None:
        if text.startswith("4/"):
            until = time.monotonic() + 10
            while not list(board.cache.glob("sessions/*/made/*/*.json")) and time.monotonic() < until:
                time.sleep(0.005)
            os.kill(json.loads(board.lease.read_text())["pid"], signal.SIGKILL)

    assert plain(look(board, artifact, photos, tmp_path / "killed.json", kill_the_keeper)) == plain(expected)
