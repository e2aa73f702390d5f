"""What becomes of artifacts that crash, hang, loop and eat memory, and of a sound one that is measured with them.

`python benchmarks/hostile.py [RUN_FOLDER]` writes results/hostile.json: each alone with the limits as they are, and
how long it took; then all in turns with the sound one, with a shorter limit on silence. The sound one is tflite-int8
of a run or, without one, a network made on the spot. It takes some five minutes, most of them waiting in silence.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from circumstances import write_result

sys.path.insert(0, str(Path(__file__).parent.parent))
from edgecv import bench
from edgecv.bench import player
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.measurement import Measurement
from tests.bench import hostile
from tests.ondevice import models

MEMORY_LIMIT_MB = 1000.0
SHORT_SILENCE_S = 10.0
REASONS = {
    "crashes": "crashed with SIGSEGV",
    "hangs": "no sign of life",
    "loops": "no sign of life",
    "hungry": "MB of memory",
}
STARTING_S = 30.0  # of a process, up to its first block


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["PYTHONPATH"] = os.pathsep.join([str(hostile.site(folder / "site")), str(hostile.ROOT)])
        hostile.install()
        artifacts = {kind: hostile.artifact(kind, folder / kind) for kind in hostile.TARGETS}
        alone = {kind: _alone(_job(artifact, folder)) for kind, artifact in artifacts.items()}
        sound = _sound(folder)
        real_silence_s, player.SILENT_S = player.SILENT_S, SHORT_SILENCE_S
        together = bench.measure_all([_job(each, folder) for each in (*artifacts.values(), sound)], on_progress=_note)
    *fates, measured = [each for each in together if isinstance(each, Measurement)]
    figures: dict[str, Any] = {
        "limits": {"opening_s": player.OPENING_S, "silence_s": real_silence_s, "memory_mb": MEMORY_LIMIT_MB},
        "alone": alone,
        "in_turns": {each.artifact.name: _fate(each) for each in fates},
        "sound_beside_them": {"name": measured.artifact.name, "verdict": measured.verdict, "blocks": _blocks(measured)},
    }
    as_stated = (
        all(_as_stated(kind, fate) for kind, fate in {**figures["in_turns"], **alone}.items())
        and all(each["seconds"] <= real_silence_s + STARTING_S for each in alone.values())
        and measured.latency is not None
    )
    print(json.dumps({**figures, "as_stated": as_stated}, indent=1))
    print(write_result("hostile", {**figures, "as_stated": as_stated}))
    return 0 if as_stated else 1


def _job(artifact: Artifact, folder: Path) -> bench.Job:
    place = folder / f"{artifact.manifest.name}.json"
    return bench.Job(artifact, place, mode="quick", memory_limit_mb=MEMORY_LIMIT_MB)


def _alone(job: bench.Job) -> dict[str, Any]:
    start = time.monotonic()
    fate = _fate(bench.measure(job, _note))
    return {**fate, "seconds": round(time.monotonic() - start, 1)}


def _sound(folder: Path) -> Artifact:
    if len(sys.argv) > 1:
        return open_sealed(Path(sys.argv[1]) / "artifacts/tflite-int8")
    target = next(name for name in ("tflite", "onnx", "openvino") if ENGINES[name].missing() is None)
    return models.artifact(target, folder / "sound")


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _fate(measurement: Measurement) -> dict[str, Any]:
    return {"verdict": measurement.verdict, "reason": measurement.reasons[0].partition("; what it printed")[0]}


def _blocks(measurement: Measurement) -> int:
    return measurement.interleaved.blocks if measurement.interleaved else 0


def _as_stated(kind: str, fate: dict[str, Any]) -> bool:
    return fate["verdict"] == "FAILED" and REASONS[kind] in fate["reason"]


if __name__ == "__main__":
    sys.exit(main())
