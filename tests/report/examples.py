"""Records as a bench and an evaluation would write them: seeded, several targets, precisions and devices."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import Any

import numpy as np

from edgecv.records.evaluation import EvaluatedArtifact, EvaluatedData, Evaluation
from edgecv.records.measurement import (
    EndToEnd,
    Environment,
    Latency,
    MeasuredArtifact,
    MeasuredDevice,
    Measurement,
    Part,
    Verdict,
)

BOARDS: dict[str, dict[str, Any]] = {
    "raspberry_pi_5": {"model": "Raspberry Pi 5 Model B Rev 1.0", "arch": "aarch64", "emulated": False},
    "intel_n100": {"model": "Intel N100", "arch": "x86_64", "emulated": False},
}
RUNTIMES = {"tflite": "ai-edge-litert 2.3.0", "openvino": "openvino 2026.1", "onnx": "onnxruntime 1.23.0"}
DATA = EvaluatedData(digest="sha256:" + "d" * 64, split="test", n=1200)
FLOAT_VALUE = 0.9158


def measurement(
    target: str = "tflite",
    precision: str = "int8",
    *,
    device: str = "raspberry_pi_5",
    ms: float = 3.2,
    verdict: Verdict = "VALID",
    reasons: tuple[str, ...] = (),
    threads: int = 4,
    runs: int = 400,
    seed: int = 0,
) -> Measurement:
    """A measurement with log-normal noise and rare spikes; from the middle on slower where it was throttled."""
    samples = _samples(ms, runs, seed)
    if verdict == "THROTTLED":
        samples[runs // 2 :] *= 1.45
    failed = verdict == "FAILED"
    name = f"cells-{target}-{precision}"
    size = {"float32": 4_812_344, "float16": 2_431_020, "dynamic": 1_310_200, "int8": 1_284_776}[precision]
    return Measurement(
        artifact=MeasuredArtifact(digest_of(name), name, target, precision, size),
        device=MeasuredDevice(device, BOARDS[device]),
        verdict=verdict,
        environment=None if failed else _environment(target, precision, threads, seed),
        latency=None if failed else latency(samples),
        end_to_end=None if failed else _end_to_end(samples, seed),
        cold_start_ms=None if failed else 412.0 + seed,
        first_invoke_ms=None if failed else ms * 4.1,
        peak_memory_mb=None if failed else 61.3 + size / 1e6 * 2,
        reasons=reasons,
        unread=("temperature", "waiting for a core"),
        taken_at=f"2026-11-20T10:{seed:02d}:00+00:00",
    )


def digest_of(name: str) -> str:
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


def _samples(ms: float, runs: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    samples = ms * np.exp(0.02 * random.standard_normal(runs))
    samples[random.random(runs) < 0.02] *= 1.6
    return samples


def latency(samples: np.ndarray) -> Latency:
    """Percentiles and order-statistic intervals, roughly as the bench takes them."""
    ordered = np.sort(samples)
    last = len(ordered) - 1

    def around(share: float) -> tuple[float, float]:
        arm = 1.96 * (share * (1 - share) / len(ordered)) ** 0.5
        low, high = (round(last * min(max(share + sign * arm, 0), 1)) for sign in (-1, 1))
        return float(ordered[low]), float(ordered[high])

    p50, p90, p95, p99 = (float(np.quantile(ordered, share)) for share in (0.5, 0.9, 0.95, 0.99))
    return Latency(
        tuple(map(float, samples)), 20, p50, p90, p95, p99 if last > 368 else None, around(0.5), around(0.9), "interval"
    )


def _environment(target: str, precision: str, threads: int, seed: int) -> Environment:
    return Environment(
        runtime=RUNTIMES.get(target, "tensorrt 10.16"),
        runtime_precision="int8" if precision == "int8" else "float32",
        threads=threads,
        kernels="xnnpack" if target == "tflite" else None,
        kernel="Linux 6.12.34",
        python="3.11.2",
        governor="performance",
        frequency_mhz=(2400.0, 2400.0),
        temperature_c=(48.2, 55.1 + seed),
        throttled=False,
        load=(0.31, 0.22, 0.18),
    )


def _end_to_end(samples: np.ndarray, seed: int) -> EndToEnd:
    random = np.random.default_rng(seed + 1000)

    def part(ms: float) -> Part:
        times = ms * np.exp(0.05 * random.standard_normal(40))
        return Part(float(np.median(times)), tuple(map(float, times)))

    invoke = float(np.median(samples))
    return EndToEnd(part(4.1), part(2.3), part(invoke), part(0.6), part(7.1 + invoke), ("pillow 11.3.0",))


def evaluation(of: Measurement, *, value: float, drop_arm: float = 0.004, **changes: Any) -> Evaluation:
    """The evaluation of the artifact that a measurement is about, on the same device."""
    artifact = of.artifact
    arm = 1.96 * (value * (1 - value) / DATA.n) ** 0.5
    drop = FLOAT_VALUE - value
    whole = Evaluation(
        artifact=EvaluatedArtifact(artifact.digest, artifact.name, artifact.target, artifact.precision),
        device=of.device.profile,
        data=DATA,
        metric="top1",
        value=value,
        ci95=(value - arm, value + arm),
        float_value=FLOAT_VALUE,
        drop=drop,
        drop_ci95=(drop - drop_arm, drop + drop_arm),
        max_drop=0.01,
        per_class={"RBC": value + 0.03, "WBC": value - 0.01, "platelets": value - 0.05},
        others={"top5": 0.998},
        verdict="pass" if drop + drop_arm <= 0.01 else "fail" if drop - drop_arm > 0.01 else "not_enough_images",
        images_needed=2600 if drop - drop_arm <= 0.01 < drop + drop_arm else None,
    )
    return dataclasses.replace(whole, **changes)


@functools.cache
def study() -> tuple[list[Measurement], list[Evaluation]]:
    """Two devices; on the first one three targets, and everything that can be missing or wrong."""
    pi = [
        measurement("tflite", "float32", ms=9.6, seed=1),
        measurement("tflite", "float16", ms=9.4, seed=2),
        measurement("tflite", "dynamic", ms=4.7, seed=3),
        measurement("tflite", "int8", ms=3.2, seed=4),
        measurement("onnx", "float32", ms=8.1, seed=5),
        measurement("onnx", "int8", ms=3.6, seed=6),
        measurement("openvino", "float32", ms=7.7, seed=7),
        measurement(
            "openvino",
            "int8",
            ms=2.6,
            seed=8,
            verdict="THROTTLED",
            reasons=("the clock fell from 2400 to 1500 MHz after 41 s", "a new throttle bit: soft temperature limit"),
        ),
    ]
    failed = measurement(
        "openvino", "float16", seed=9, verdict="FAILED", reasons=("the process was killed: out of memory at 512 MB",)
    )
    n100 = [
        measurement("tflite", "int8", device="intel_n100", ms=5.1, seed=10),
        measurement("openvino", "float32", device="intel_n100", ms=4.4, seed=11),
        measurement("openvino", "int8", device="intel_n100", ms=1.9, seed=12),
    ]
    values = (0.9158, 0.9158, 0.9117, 0.9092, 0.9158, 0.8871, 0.9150, 0.9125)
    scores = [evaluation(each, value=value) for each, value in zip(pi, values, strict=True)]
    scores += [evaluation(each, value=value) for each, value in zip(n100, (0.9100, 0.9158), strict=False)]
    unmeasured = measurement("tensorrt", "int8", seed=13)
    scores.append(evaluation(unmeasured, value=0.9133))
    return [*pi, failed, *n100], scores
