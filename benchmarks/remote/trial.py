"""One failure tried: how the runs ended, and whether that is as it should be."""

import json
import shutil
import subprocess
import tempfile
import threading
import time
from typing import Any

from remote.login import login_that_is_refused_halfway
from remote.scene import LIMIT_S, PATIENCE_S, Failure, Run, Scene

CLEAN_S = PATIENCE_S + 7.0
INTERRUPTED = 130
SENTENCES = (3, 4, INTERRUPTED)
RESULT, SENTENCE, EITHER = "result", "sentence", "either"  # how the last run has to end


def trial(scene: Scene, failure: Failure, wanted: str) -> dict[str, Any]:
    """One failure: how the runs ended, and what is wrong with that."""
    shutil.rmtree(scene.board.cache, ignore_errors=True)  # so that everything travels, and can be cut on its way
    scene.runs.clear()
    wrong: list[str] = []
    whole = threading.Event()
    over = threading.Event()
    spy = threading.Thread(target=_watch, args=(scene, whole, over))
    spy.start()
    began = time.monotonic()
    undo: Any = None
    try:
        undo = failure(scene)
        if undo is not None:
            next(undo)
    except AssertionError as error:
        wrong.append(str(error))
    ends = [_end(scene, run) for run in scene.runs]
    over.set()
    spy.join()
    leftovers = _leftovers(scene)
    if undo is not None:
        next(undo, None)
    scene.board.on_login("")
    wrong += [f"left behind: {each}" for each in leftovers]
    wrong += [each["wrong"] for each in ends if each["wrong"]]
    last = ends[-1]
    if wanted != EITHER and last["kind"] != wanted:
        wrong.append(f"it had to be a {wanted}, and was: {last['kind']} {last['said']}")
    # Who is killed or interrupted asks for no result, and an account that was closed meanwhile gives none out.
    unasked = last["code"] in (-9, INTERRUPTED) or failure is login_that_is_refused_halfway
    if whole.is_set() and len(ends) == 1 and last["kind"] != RESULT and not unasked:
        wrong.append("a result that was whole did not arrive")
    told = [{name: each[name] for name in ("kind", "code", "said")} for each in ends]
    return {"ends": told, "seconds": round(time.monotonic() - began, 1), "wrong": wrong}


def _watch(scene: Scene, whole: threading.Event, over: threading.Event) -> None:
    while not over.wait(0.005):
        if any(scene.board.cache.glob("sessions/*/made/*/predictions.json")):
            whole.set()


def _end(scene: Scene, run: Run) -> dict[str, Any]:
    try:
        run.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return {"kind": "hung", "code": None, "said": "", "wrong": f"it did not end within {LIMIT_S:.0f} s"}
    out, said = scene.printed(run)
    sentences = [line for line in said.strip().splitlines() if not line.startswith("time ")]
    said, wrong, kind = "\n".join(sentences), "", "killed" if run.returncode == -9 else "nothing"
    if run.returncode == 0:
        kind = RESULT
        if seen(out) != scene.expected:
            wrong = "the result is another one"
    elif run.returncode in SENTENCES:
        kind = SENTENCE
        if len(sentences) != 1 or "Traceback" in said:
            wrong = f"not one sentence: {said}"
    elif kind != "killed":
        wrong = f"exit code {run.returncode}: {said}"
    return {
        "kind": kind,
        "code": run.returncode,
        "said": said.replace(str(scene.folder), "").replace(tempfile.gettempdir(), ""),
        "wrong": wrong,
    }


def _leftovers(scene: Scene) -> list[str]:
    until = time.monotonic() + CLEAN_S
    while time.monotonic() < until:
        left = scene.board.leftovers() + [f"ssh {pid}" for pid in scene.board.clients()]
        if not left:
            break
        time.sleep(0.1)
    return [each.replace(str(scene.folder), "") for each in left]


def seen(out: str) -> Any:
    return [each.get("objects") for each in json.loads(out)["predictions"]]


def undisturbed(scene: Scene) -> tuple[float, Any]:
    began = time.monotonic()
    run = scene.start()
    run.wait(LIMIT_S)
    out, said = scene.printed(run)
    assert run.returncode == 0, said
    return time.monotonic() - began, seen(out)
