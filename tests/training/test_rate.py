import pytest

from edgecv.records.recipe import Training
from edgecv.training.rate import rate_at

TRAINING = Training(learning_rate=0.1, warmup=0.2)


def rates(training: Training, steps: int = 100) -> list[float]:
    return [rate_at(step, steps, training) for step in range(steps)]


def test_the_rate_rises_along_a_line_and_falls_to_almost_nothing() -> None:
    reached = rates(TRAINING)
    assert reached[:20] == pytest.approx([0.1 * (step + 1) / 20 for step in range(20)])
    assert reached[20:] == sorted(reached[20:], reverse=True)
    assert reached[60] == pytest.approx(0.05)  # halfway down
    assert 0 < reached[-1] < 0.001


def test_steps_drop_the_rate_after_their_shares_of_all_steps() -> None:
    training = Training(learning_rate=0.1, warmup=0.2, schedule="steps", drops=(0.5, 0.9), drop_factor=0.1)
    reached = rates(training)
    assert reached[:20] == rates(TRAINING)[:20]
    assert reached[20:] == pytest.approx([0.1] * 30 + [0.01] * 40 + [0.001] * 10)


def test_a_constant_rate_stays_after_the_warmup() -> None:
    training = Training(learning_rate=0.1, warmup=0.2, schedule="constant")
    assert rates(training)[20:] == [0.1] * 80


def test_without_warmup_the_first_step_has_the_full_rate() -> None:
    assert rates(Training(learning_rate=0.1, warmup=0))[0] == 0.1


def test_a_training_of_one_step_has_a_rate() -> None:
    assert rates(Training(learning_rate=0.1, warmup=0.06), steps=1) == [0.1]
    assert rates(Training(learning_rate=0.1, warmup=1.0), steps=1) == [0.1]
