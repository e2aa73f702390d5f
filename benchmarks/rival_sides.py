"""Our side and theirs of `rivals.py`, each in a process of its own; a median in milliseconds comes back.

`python benchmarks/rival_sides.py SIDE ARTIFACT PICTURES THREADS SECONDS` prints it as JSON.
"""

import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.ondevice.engines import EngineOptions, open_engine
from edgecv.ondevice.engines.onnx import OnnxEngine
from edgecv.ondevice.stopwatch import PLANS, sample, warm_up
from edgecv.records.artifact import Artifact, open_artifact

WARM_UP_RUNS = 20


def ours(artifact: Artifact, pictures: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    """What `edgecv bench` does between opening and judging."""
    engine = open_engine(artifact, EngineOptions(threads))
    encoded = [engine.encode(picture[None]) for picture in pictures]
    plan = dataclasses.replace(PLANS["quick"], min_seconds=seconds, max_seconds=seconds)

    def step(run: int) -> None:
        engine.invoke(encoded[run % len(encoded)])

    warm_up(step, plan)
    return {"p50_ms": float(np.median(sample(step, plan).samples_ms))}


def one_picture(artifact: Artifact, pictures: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    """Ours with what rivals feed: the same input again and again."""
    return ours(artifact, pictures[:1], threads, seconds)


def tight_loop(artifact: Artifact, pictures: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    """ONNX Runtime as its manual shows it, with the session that we make: the clock, the call, the clock."""
    engine = open_engine(artifact, EngineOptions(threads))
    assert isinstance(engine, OnnxEngine)
    session, feeds = engine.session, [{engine.input: engine.encode(picture[None])} for picture in pictures]
    times: list[float] = []
    for feed in feeds[:WARM_UP_RUNS]:
        session.run(None, feed)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        feed = feeds[len(times) % len(feeds)]
        start = time.perf_counter()
        session.run(None, feed)
        times.append(time.perf_counter() - start)
    return {"p50_ms": statistics.median(times) * 1000}


def benchmark_app(artifact: Artifact, _: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    options = f"-d CPU -hint none -api sync -nstreams 1 -nthreads {threads} -ip f32 -infer_precision f32"
    with tempfile.TemporaryDirectory() as folder:
        report = [
            "-t",
            str(max(1, round(seconds))),
            "-json_stats",
            "-report_type",
            "no_counters",
            "-report_folder",
            folder,
        ]
        _run("benchmark_app", "-m", artifact.model_file, *options.split(), *report)
        told = json.loads((Path(folder) / "benchmark_report.json").read_text())
    return {"p50_ms": float(told["execution_results"]["latency (ms)"])}


def litert_benchmark(artifact: Artifact, _: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    """It wants a number of runs, so a few tell how many fit in the time."""
    few = _litert(artifact, threads, WARM_UP_RUNS)
    runs = max(WARM_UP_RUNS, round(seconds * 1000 / few))
    return {"p50_ms": _litert(artifact, threads, runs)}


def _litert(artifact: Artifact, threads: int, runs: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        counts = ["--num_threads", threads, "--num_runs", runs, "--warmup_runs", WARM_UP_RUNS]
        _run("litert-benchmark", "--model", artifact.model_file, *counts, "--result_json", result)
        return float(json.loads(result.read_text())["latency"]["median_ms"])


def own_share(artifact: Artifact, pictures: np.ndarray, threads: int, seconds: float) -> dict[str, float]:
    """Encode, decode and what Python adds to `invoke`, each by its median, all in turns in one loop."""
    engine = open_engine(artifact, EngineOptions(threads))
    bare = BARE[artifact.manifest.target](engine)
    columns: dict[str, list[float]] = {name: [] for name in ("encode_ms", "invoke_ms", "decode_ms", "bare_ms")}
    end = time.perf_counter() + 2 * seconds
    while time.perf_counter() < end:
        picture = pictures[len(columns["bare_ms"]) % len(pictures)][None]
        marks = [time.perf_counter()]
        encoded = engine.encode(picture)
        marks.append(time.perf_counter())
        raw = engine.invoke(encoded)
        marks.append(time.perf_counter())
        engine.decode(raw)
        marks.append(time.perf_counter())
        engine.encode(picture)  # so that bare() finds the caches as invoke() found them
        marks.append(time.perf_counter())
        bare()  # the same image, which the runtime has been given already
        marks.append(time.perf_counter())
        spans = np.diff(marks)
        for column, step in zip(columns.values(), (*spans[:3], spans[4]), strict=True):
            column.append(step * 1000)
    medians = {name: statistics.median(column[WARM_UP_RUNS:]) for name, column in columns.items()}
    around = statistics.median(np.subtract(columns["invoke_ms"], columns["bare_ms"])[WARM_UP_RUNS:])
    own = medians["encode_ms"] + medians["decode_ms"] + max(0.0, around)
    return {**medians, "around_invoke_ms": around, "share": own / medians["invoke_ms"]}


def _bare_openvino(engine: Any) -> Callable[[], object]:
    """The call below the package's own Python."""
    request = engine.request
    native: Any = type(request).__mro__[1]
    return lambda: native.infer(request, {}, share_outputs=True, decode_strings=False)


BARE: dict[str, Callable[[Any], Callable[[], object]]] = {
    "tflite": lambda engine: (
        lambda: engine.interpreter._interpreter.Invoke()
    ),  # it refuses while anyone holds a part of it
    "onnx": lambda engine: _bare_onnx(engine),
    "openvino": _bare_openvino,
}


def _bare_onnx(engine: Any) -> Callable[[], object]:
    """With outputs and inputs bound beforehand, so that no array is made or looked up."""
    session = engine.session
    binding = session.io_binding()
    binding.bind_cpu_input(engine.input, np.zeros(session.get_inputs()[0].shape, np.float32))
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return lambda: session._sess.run_with_iobinding(binding._iobinding, None)


def _run(name: str, *arguments: object) -> None:
    command = [str(Path(sys.executable).with_name(name)), *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


SIDES = {each.__name__: each for each in (ours, one_picture, tight_loop, benchmark_app, litert_benchmark, own_share)}

if __name__ == "__main__":
    side, folder, images, cores, limit = sys.argv[1:]
    print(json.dumps(SIDES[side](open_artifact(Path(folder)), np.load(images), int(cores), float(limit))))
