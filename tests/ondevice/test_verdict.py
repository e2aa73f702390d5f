"""Each rule of the verdict alone, and their order."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.stopwatch import Taken
from edgecv.ondevice.verdict import Judgement, judge
from edgecv.records.watched import NOTHING, Watched

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
    slowed=(),
    events={"a core throttled": 3},
    rails=("VDD_IN",),
    pressure_s=0.0,
    quota_throttled_s=0.0,
    load=(4.0, 3.0, 2.0),
    busy_s=100.0,
    stolen_s=1.0,
    own_s=1.0,
    waited_s=0.2,
    at_s=50.0,
)
AFTER = dataclasses.replace(BEFORE, busy_s=120.0, own_s=11.0, waited_s=0.3, at_s=60.0)
UNREAD: dict[str, Any] = {"slowed": None, "events": {}, "frequency_mhz": ()}


def taken(**changes: Any) -> Taken:
    samples = np.exp(0.02 * np.random.default_rng(0).standard_normal(500))
    return dataclasses.replace(Taken(samples, 10.0, "interval", (500,), 60.0), **changes)


def verdict(
    samples: Taken | None = None, threads: int = 1, watched: Watched = NOTHING, steady: bool = True, **changes: Any
) -> Judgement:
    return judge(samples or taken(), BEFORE, dataclasses.replace(AFTER, **changes), threads, watched, steady)


def test_steady_samples_on_an_undisturbed_machine_are_valid() -> None:
    judged = verdict()
    assert (judged.verdict, judged.reasons, judged.unread) == ("VALID", (), ())
    assert (judged.throttled, judged.steal) == (False, 0.0)


def test_a_high_load_alone_condemns_nothing() -> None:
    assert verdict(load=(16.0, 9.0, 5.0)).verdict == "VALID"


@pytest.mark.parametrize(
    "changes",
    [
        {"events": {"a core throttled": 4}},
        {"slowed": ("under-voltage",)},
        {"slowed": ("cooling by Processor (0)",)},
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


def test_what_slowed_the_processor_only_in_between_is_seen_by_the_sampler() -> None:
    judged = verdict(watched=Watched(at_s=(51.0, 52.0, 53.0), throttled=((), ("under-voltage",), None)))
    assert (judged.verdict, judged.reasons) == ("THROTTLED", ("under-voltage",))


@pytest.mark.parametrize("column", ["frequency_mhz", "limit_mhz"])
def test_a_clock_that_was_low_for_a_while_is_throttled_and_a_slip_of_the_sensor_is_not(column) -> None:
    def judged(*fastest: float) -> Judgement:
        columns: dict[str, Any] = {column: {"cpu0": fastest, "cpu1": (600.0,) * len(fastest)}}
        return verdict(watched=Watched(at_s=tuple(range(len(fastest))), **columns))

    assert judged(2400, 1800, 1800, 2400).verdict == "THROTTLED"
    assert "from 2400 to 1800 MHz" in judged(2400, 1800, 1800, 2400).reasons[0]
    assert judged(2400, 1800, 2400, 2350).verdict == "VALID"


def test_threads_that_waited_for_a_core_are_contended() -> None:
    judged = verdict(waited_s=1.0, own_s=10.2)
    assert judged.verdict == "CONTENDED"
    assert "8% of the time" in judged.reasons[0]
    assert verdict(waited_s=1.0, threads=2).verdict == "VALID"  # 0.8 s of the 20 that two threads had


def test_no_more_than_all_of_the_time_is_said_to_have_been_waited() -> None:
    assert "100% of the time" in verdict(waited_s=25.0).reasons[0]


def test_a_process_without_its_core_is_contended_though_waiting_cannot_be_read() -> None:
    assert verdict(own_s=9.0, waited_s=None).verdict == "CONTENDED"
    assert verdict(own_s=10.8, waited_s=None).verdict == "VALID"


def test_a_process_that_stood_still_while_its_core_was_free_is_throttled() -> None:
    judged = verdict(own_s=6.0)
    assert judged.verdict == "THROTTLED"
    assert "stood still for 49% of the time" in judged.reasons[0]
    assert verdict(own_s=6.0, waited_s=5.1).verdict == "CONTENDED"  # others had it
    assert verdict(own_s=8.0, stolen_s=4.0).verdict == "CONTENDED"
    assert verdict(own_s=10.7, threads=2).verdict == "VALID"


def test_a_quota_that_was_used_up_is_throttled_and_no_contention() -> None:
    judged = verdict(own_s=6.0, waited_s=5.2, quota_throttled_s=5.0)
    assert judged.verdict == "THROTTLED"
    assert judged.reasons == ("a quota of processor time held it for 50% of the time",)


def test_time_given_to_another_virtual_machine_is_contended() -> None:
    judged = verdict(stolen_s=3.0)
    assert judged.verdict == "CONTENDED"
    assert judged.steal == pytest.approx(2 / 22)


@pytest.mark.parametrize("stopped", ["max_seconds", "max_samples"])
def test_a_limit_that_came_first_is_unstable(stopped) -> None:
    judged = verdict(taken(stopped=stopped))
    assert judged.verdict == "UNSTABLE"
    assert "the interval is still wider" in judged.reasons[0]


def test_a_limit_says_how_little_samples_tell_that_follow_one_another() -> None:
    samples = np.repeat(taken().samples_ms[:50], 10)
    judged = verdict(taken(samples_ms=samples, stopped="max_seconds"))
    assert "they tell as much as" in judged.reasons[0]
    assert "they tell as much as" not in verdict(taken(stopped="max_seconds")).reasons[0]


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_samples_that_drift_are_unstable(factor) -> None:
    samples = taken().samples_ms * np.linspace(1, factor, 500)
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert "the first and the last samples differ" in judged.reasons[0]


def test_a_difference_that_chance_explains_is_no_drift() -> None:
    quiet = sum(
        verdict(taken(samples_ms=np.exp(0.2 * np.random.default_rng(seed).standard_normal(200)))).verdict == "VALID"
        for seed in range(50)
    )
    assert quiet >= 48


@pytest.mark.parametrize(
    "shape",
    [lambda time: time % 0.5, lambda time: 0.15 * (time > 0.15), lambda time: 0.15 * (abs(time - 0.5) < 0.15)],
    ids=["saw", "early step", "hump"],
)
def test_a_time_that_wanders_in_between_is_unstable_though_first_and_last_are_alike(shape) -> None:
    samples = taken().samples_ms * (1 + shape(np.linspace(0, 1, 500)))
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert any("wandered" in reason for reason in judged.reasons)


def test_a_step_that_never_got_warm_is_unstable() -> None:
    judged = verdict(steady=False)
    assert judged.verdict == "UNSTABLE"
    assert "warming up" in judged.reasons[0]


def test_a_long_tail_is_unstable() -> None:
    samples = taken().samples_ms.copy()
    samples[::50] *= 5
    judged = verdict(taken(samples_ms=samples))
    assert judged.verdict == "UNSTABLE"
    assert any(reason.startswith("p99 is") for reason in judged.reasons)


def test_the_cause_comes_before_the_symptom_and_every_reason_is_named() -> None:
    judged = verdict(taken(stopped="max_seconds"), slowed=("under-voltage",), stolen_s=9.0)
    assert judged.verdict == "THROTTLED"
    assert len(judged.reasons) == 3
