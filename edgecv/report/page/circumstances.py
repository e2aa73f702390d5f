"""The circumstances of a measurement in words. What could not be read says so; it is never left out or guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgecv.records.measurement import Environment, Latency, Measurement
from edgecv.report.figures import figure, span, two_digits
from edgecv.report.remarks import plain_milliseconds
from edgecv.report.row import Row

NOT_READ = "not read"
STOPPED = {
    "interval": "when the intervals were narrow enough",
    "max_samples": "at the largest number of runs",
    "max_seconds": "at the time limit",
}


def shared(rows: Sequence[Row]) -> dict[str, str]:
    """What every measurement of these rows says alike, or does not speak of because it failed before."""
    told = [circumstances(row.measurement) for row in rows if row.measurement]
    if len(told) < 2:
        return {}
    everything = {name: text for each in told for name, text in each.items()}
    return {name: text for name, text in everything.items() if all(each.get(name, text) == text for each in told)}


def circumstances(measurement: Measurement) -> dict[str, str]:
    """Everything that was written down about how the samples came to be."""
    return {
        **_machine(measurement.device.probed),
        **(_environment(measurement.environment) if measurement.environment else {}),
        **(_run(measurement.latency) if measurement.latency else {}),
        **_manner(measurement),
        "cold start": _time(measurement.cold_start_ms),
        "first invoke": _time(measurement.first_invoke_ms),
        "energy": NOT_READ if measurement.energy_mj is None else f"{measurement.energy_mj:.3g} mJ",
        "verdict does not rest on": ", ".join(measurement.unread) or "nothing: all was read",
        "taken": measurement.taken_at.replace("T", " ").replace("+00:00", " UTC") or NOT_READ,
    }


def _machine(probed: Mapping[str, object]) -> dict[str, str]:
    return {name.replace("_", " "): _word(value) for name, value in probed.items()}


def _environment(environment: Environment) -> dict[str, str]:
    return {
        "runtime": environment.runtime,
        "computed in": environment.runtime_precision,
        **({"told to compute floats in": environment.hint} if environment.hint else {}),
        "kernels": environment.kernels or NOT_READ,
        "threads": str(environment.threads),
        "operating system": environment.kernel or NOT_READ,
        "python": environment.python or NOT_READ,
        "governor": environment.governor or NOT_READ,
        **({"power mode": environment.power_mode} if environment.power_mode else {}),
        **({"clocks fixed": _word(environment.clocks_fixed)} if environment.clocks_fixed is not None else {}),
        "clock": _readings(environment.frequency_mhz, " MHz"),
        "temperature": _readings(environment.temperature_c, " °C"),
        "throttled": _word(environment.throttled),
        "load": _readings(environment.load, ""),
        **({"cores to be used": ", ".join(map(str, environment.affinity))} if environment.affinity else {}),
        **{f"told: {name}": str(value) for name, value in environment.tuning.items()},
        **({"arena": f"{environment.arena_mb:.3g} MB"} if environment.arena_mb is not None else {}),
        "steal": NOT_READ if environment.steal is None else f"{environment.steal:g}",
    }


def _manner(measurement: Measurement) -> dict[str, str]:
    """What not every measurement has."""
    latency, images, turns = measurement.latency, measurement.images, measurement.interleaved
    throughput, soak, way = measurement.throughput, measurement.soak, measurement.end_to_end
    told = {
        "mode": measurement.mode,
        "images": f"{images.count} of {images.source}" if images else "",
        "images decoded and resized by": " and ".join(way.libraries) if way else "",
        "pace": f"{latency.pace_fps:g} images a second" if latency and latency.pace_fps else "one after the other",
        "p90 is below": plain_milliseconds(latency.p90_bound_ms) + " (99 %)"
        if latency and latency.p90_bound_ms
        else "",
        "in turns with": f"{len(turns.digests) - 1} others, {turns.blocks} blocks" if turns else "",
        "against the first": f"{figure(turns.ratio, turns.ratio_ci95)} times, {turns.pairs} pairs of blocks"
        if turns and turns.ratio
        else "",
        "throughput": f"{throughput.streams} streams, {throughput.threads} threads, {throughput.images} images"
        if throughput
        else "",
        "p50 by minute": ", ".join(two_digits(minute.p50_ms) for minute in soak.minutes) + " ms" if soak else "",
    }
    return {name: text for name, text in told.items() if text}


def _run(latency: Latency) -> dict[str, str]:
    return {
        "runs": f"{len(latency.samples_ms)} after {latency.warmup} of warm-up",
        "stopped": STOPPED[latency.stopped],
        **(
            {"warm-up": "until steady" if latency.steady else "its time was up first"}
            if latency.steady is not None
            else {}
        ),
        **({"reading the clock": f"{latency.clock_ns:.0f} ns"} if latency.clock_ns is not None else {}),
        "p95": plain_milliseconds(latency.p95_ms),
        "p99": plain_milliseconds(latency.p99_ms),
        "slowest": plain_milliseconds(max(latency.samples_ms, default=None)),
    }


def _time(value: float | None) -> str:
    return NOT_READ if value is None else plain_milliseconds(value)


def _readings(values: Sequence[float], unit: str) -> str:
    return f"{span(values)}{unit}" if values else NOT_READ


def _word(value: object) -> str:
    if value is None:
        return NOT_READ
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
