"""Layers matched with the values of a file, on arrays made for the purpose; and in a real file that is damaged."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from edgecv.parity.layers import Found, Seen, first_bad_layer, verdict
from edgecv.records.artifact import MANIFEST
from edgecv.targets import open_exported
from tests.parity.conftest import WorkplaceOf
from tests.parity.faults import vouch_for

SHAPES = {"conv": (1, 8, 8, 4), "relu": (1, 8, 8, 4), "pool": (1, 4, 4, 4), "logits": (1, 3)}
MOST = 0.02


def seen() -> list[Seen]:
    """Four layers in a row."""
    rng = np.random.default_rng(0)
    names = list(SHAPES)
    readers = dict(zip(names, [*((name,) for name in names[1:]), ()], strict=True))
    return [
        Seen(name, "Kind", SHAPES[name], rng.normal(size=(4, 32)).astype(np.float32), readers[name]) for name in names
    ]


def values_of(layers: list[Seen]) -> dict[tuple[int, ...], list[np.ndarray]]:
    values: dict[tuple[int, ...], list[np.ndarray]] = {}
    for layer in layers:
        values.setdefault(layer.shape, []).append(layer.sample)
    return values


def test_a_sound_file_reproduces_every_layer() -> None:
    assert verdict(seen(), values_of(seen()), MOST) == Found(sentence="every layer by itself is reproduced")


def test_the_first_layer_that_is_not_reproduced_is_named() -> None:
    values = values_of(seen()[:2]) | {SHAPES["pool"]: [np.ones((4, 32), np.float32)], SHAPES["logits"]: []}
    found = verdict(seen(), values, MOST)
    assert found.layer == "pool"
    assert found.sentence.startswith("the first layer that differs is 'pool' (Kind), ")


def test_a_layer_that_was_fused_into_a_later_one_is_not_blamed() -> None:
    layers = seen()
    assert verdict(layers, values_of(layers[1:]), MOST) == Found(sentence="every layer by itself is reproduced")


def test_a_wrong_scale_is_a_difference() -> None:
    layers = seen()
    values = {shape: [each * 3 for each in found] for shape, found in values_of(layers).items()}
    assert verdict(layers, values, MOST).layer == "conv"


def test_values_that_are_not_finite_match_nothing() -> None:
    layers = seen()
    values = values_of(layers[:3]) | {SHAPES["logits"]: [np.full((4, 32), np.nan, np.float32)]}
    assert verdict(layers[:3], values, MOST) == Found(sentence="every layer by itself is reproduced")
    assert verdict(layers[3:], values, MOST) == Found(sentence="none of its layers can be matched")


@pytest.mark.parametrize("layer", ["stage2_2", "cls"])
def test_the_damaged_layer_of_an_onnx_file_is_found(layer: str, workplace_of: WorkplaceOf, tmp_path: Path) -> None:
    import onnx

    place = workplace_of("detection")
    draft = tmp_path / "draft"
    shutil.copytree(place.draft("onnx", "float32"), draft)
    model = onnx.load(draft / "model.onnx")
    kernel = _kernel(open_exported(place.exported).network, layer)
    for weight in model.graph.initializer:
        array = onnx.numpy_helper.to_array(weight)
        if array.shape == kernel.shape and np.allclose(array, kernel):
            weight.CopyFrom(onnx.numpy_helper.from_array(np.roll(array, 1, axis=0), weight.name))
    (draft / "model.onnx").write_bytes(model.SerializeToString())
    vouch_for(draft, "model.onnx")
    assert (draft / MANIFEST).exists()
    found = first_bad_layer("artifact", draft, place.exported, log=tmp_path / "log")
    assert found.layer == layer
    assert found.sentence.startswith(f"the first layer that differs is '{layer}' (Conv2D), ")


def test_a_network_that_was_exported_without_keras_has_no_layers_to_match(
    workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    place = workplace_of("detection")
    shutil.copytree(place.exported, tmp_path / "exported", ignore=shutil.ignore_patterns("network.keras"))
    found = first_bad_layer("onnx", place.draft("onnx", "float32"), tmp_path / "exported", log=tmp_path / "log")
    assert found == Found(sentence="none of its layers can be matched")


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")  # Keras reading its variables
def _kernel(network: Path, layer: str) -> np.ndarray:
    import keras

    kernel: np.ndarray = np.asarray(keras.saving.load_model(network).get_layer(layer).kernel)
    return kernel.transpose(3, 2, 0, 1)
