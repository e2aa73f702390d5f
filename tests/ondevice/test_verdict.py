"""Each rule of the verdict alone, and their order."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.stopwatch import Taken
from edgecv.ondevice.verdict import Judgement, judge

BEFORE = Circumstances(
    model="a board",
    arch="aarch64",
    cpu="Cortex-A76",
    emulated=False,
    kernel="6.6",
    governor="performance",
    frequency_mhz=(2400.0, 1500.0),
    limit_mhz=(2400.0, 2400.0),
    temperature_c=(50.0,),
    throttle_events=3,
    undervoltage=False,
    cooling=(0, 0),
    load=(4.0, 3.0, 2.0),
    busy_s=100.0,
    stolen_s=1.0,
    own_s=1.0,
    waited_s=0.2,
    at_s=50.0,
)
AFTER = dataclasses.replace(BEFORE, busy_s=120.0, own_s=11.0, waited_s=0.3, at_s=60.0)
UNREAD: dict[str, Any] = {"throttle_events": None, "undervoltage": None, "cooling": (), "frequency_mhz": ()}


def taken(**changes: Any) -> Taken:
    samples = np.exp(0.02 * np.random.default_rng(0).standard_normal(500))
    return dataclasses.replace(Taken(samples, 10.0, "interval"), **changes)


def verdict(samples: Taken | None = None, threads: int = 1, **changes: Any) -> Judgement:
    return judge(samples or taken(), BEFORE, dataclasses.replace(AFTER, **changes), threads)


def test_steady_samples_on_an_undisturbed_machine_are_valid() -> None:
    judged = verdict()
    assert (judged.verdict, judged.reasons, judged.unread) == ("VALID", (), ())
    assert (judged.throttled, judged.steal) == (False, 0.0)


def test_a_high_load_alone_condemns_nothing() -> None:
    assert verdict(load=(16.0, 9.0, 5.0)).verdict == "VALID"


@pytest.mark.parametrize(
    "changes",
    [
        {"throttle_events": 4},
        {"undervoltage": True},
        {"cooling": (0, 1)},
        {"frequency_mhz": (2200.0, 2200.0)},
        {"limit_mhz": (1800.0, 1800.0)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_machine_that_slowed_down_is_throttled(changes) -> None:
    judged = verdict(**changes)
    assert judged.verdict == "THROTTLED"
    assert len(judged.reasons) == 1
    assert judged.throttled is True


def test_cores_that_idle_may_clock_down() -> None:
    assert verdict(frequency_mhz=(2400.0, 600.0)).verdict == "VALID"


def test_throttling_that_could_not_be_read_is_unknown_and_not_absent() -> None:
    silent = dataclasses.replace(BEFORE, **UNREAD)
    judged = judge(taken(), silent, dataclasses.replace(AFTER, **UNREAD), 1)
    assert judged.verdict == "VALID"
    assert judged.throttled is None
    assert judged.unread == ("clocks", "throttling")


def test_threads_that_waited_for_a_core_are_contended() -> None:
    judged = verdict(waited_s=BEFORE.waited_s + 0.8)  # type: ignore[operator]
    assert judged.verdict == "CONTENDED"
    assert "8% of the time" in judged.reasons[0]
    assert verdict(waited_s=1.0, threads=2).verdict == "VALID"  # 0.8 s of the 20 that two threads had


def test_a_process_without_its_core_is_contended_though_waiting_cannot_be_read() -> None:
    assert verdict(own_s=9.0, waited_s=None).verdict == "CONTENDED"
    assert verdict(own_s=10.8, waited_s=None).verdict == "VALID"


def test_time_given_to_another_virtual_machine_is_contended() -> None:
    judged = verdict(stolen_s=3.0)
    assert judged.verdict == "CONTENDED"
    assert judged.steal == pytest.approx(2 / 22)


@pytest.mark.parametrize("stopped", ["max_seconds", "max_samples"])
def test_a_limit_that_came_first_is_unstable(stopped) -> None:
    judged = verdict(taken(stopped=stopped))
    assert judged.verdict == "UNSTABLE"
    assert "the interval is still wider" in judged.reasons[0]


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_samples_that_drift_are_unstable(factor) -> None:
    samples = taken().samples_ms * np.linspace(1, factor, 500)
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert "the first and the last samples differ" in judged.reasons[0]


def test_samples_that_follow_one_another_are_unstable() -> None:
    samples = np.repeat(taken().samples_ms[:50], 10)
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert any("correlation 0.9" in reason for reason in judged.reasons)


def test_a_long_tail_is_unstable() -> None:
    samples = taken().samples_ms.copy()
    samples[::50] *= 5
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert any(reason.startswith("p99 is") for reason in judged.reasons)


def test_the_cause_comes_before_the_symptom_and_every_reason_is_named() -> None:
    judged = verdict(taken(stopped="max_seconds"), undervoltage=True, stolen_s=9.0)
    assert judged.verdict == "THROTTLED"
    assert len(judged.reasons) == 3
