"""In these tests every pair is rescaled, whatever it gains: whether the network stays the same is the question."""

import pytest

from edgecv.quantization import equalisation


@pytest.fixture(autouse=True)
def rescale_every_pair(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "only_what_gains" not in request.fixturenames:
        monkeypatch.setattr(equalisation, "WORTH_IT", 100.0)


@pytest.fixture
def only_what_gains() -> None:
    """Asked for by a test that wants the real limit."""


@pytest.fixture(autouse=True)
def the_same_weights_every_time() -> None:
    import keras

    keras.utils.set_random_seed(0)
