"""Learnt weights reach the layers that they were learnt for, by name or by order, and nothing is filled by half."""

import urllib.error
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from edgecv.errors import InputError, Unavailable
from edgecv.models import MODELS, imagenet
from edgecv.models.pretrained import check, fill
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import IMAGENET, Model

# Keras reads its variables through numpy's protocol of old while it saves a network.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SIZE = (32, 32)
SMALL = {"width": 0.5, "stages": 2}
PIXELS = np.random.default_rng(0).uniform(-1, 1, (2, *SIZE, 3)).astype(np.float32)


def classifier(classes: int, **options: Any) -> Any:
    return MODELS["tiny_classifier"].network(SIZE, 3, classes, **{**SMALL, **options})


@pytest.fixture(scope="module")
def donor() -> Any:
    """A network that looks trained: nothing in it is what a new one has."""
    network, rng = classifier(7), np.random.default_rng(1)
    network.set_weights([rng.uniform(0.5, 1.5, each.shape) * (each + 0.1) for each in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def file(donor: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("donor") / "network.keras"
    donor.save(path)
    return path


def with_weights(path: Path | str, **options: Any) -> Model:
    return Model("tiny_classifier", {**SMALL, **options}, str(path))


def saved(network: Any, path: Path) -> Path:
    network.save(path)
    return path


def renamed(network: Any, *, activation: Any = None) -> Any:
    """The same network as others would have named it."""

    def other(layer: Any) -> Any:
        config = {**layer.get_config(), "name": f"other_{layer.name}"}
        return activation(**config) if activation and isinstance(layer, keras.layers.ReLU) else type(layer)(**config)

    twin = keras.models.clone_model(network, clone_function=other)
    twin.set_weights(network.get_weights())
    return twin


def logits(network: Any) -> np.ndarray:
    (answer,) = keras.tree.flatten(network(PIXELS, training=False))
    return np.asarray(answer)


def test_nothing_is_filled_where_nothing_is_asked_for() -> None:
    assert fill(classifier(7), Model("tiny_classifier", SMALL), SIZE, 3) == ()


def test_layers_of_the_same_names_are_filled_and_answer_as_before(donor: Any, file: Path) -> None:
    network = classifier(7)
    assert fill(network, with_weights(file), SIZE, 3) == tuple(each.name for each in donor.layers if each.weights)
    np.testing.assert_array_equal(logits(network), logits(donor))


def test_a_head_of_other_classes_stays_new(donor: Any, file: Path) -> None:
    network = classifier(4)
    before = network.get_layer("logits").get_weights()[0]
    filled = fill(network, with_weights(file), SIZE, 3)
    assert "logits" not in filled
    np.testing.assert_array_equal(network.get_layer("logits").get_weights()[0], before)
    for name in filled:
        ours, theirs = (each.get_layer(name).get_weights() for each in (network, donor))
        np.testing.assert_equal(ours, theirs)


def test_layers_of_other_names_are_filled_by_their_order(donor: Any, tmp_path: Path) -> None:
    network = classifier(7)
    path = saved(renamed(donor), tmp_path / "other.keras")
    assert len(fill(network, with_weights(path), SIZE, 3)) == sum(bool(each.weights) for each in donor.layers)
    np.testing.assert_array_equal(logits(network), logits(donor))


def test_a_run_folder_stands_for_its_network(file: Path) -> None:
    assert fill(classifier(4), with_weights(file.parent), SIZE, 3) == fill(classifier(4), with_weights(file), SIZE, 3)


def test_the_first_layer_that_does_not_fit_is_named_with_both_shapes(file: Path) -> None:
    with pytest.raises(InputError) as refused:
        fill(classifier(7, width=1.0), with_weights(file, width=1.0), SIZE, 3)
    assert str(refused.value) == (
        f"model.weights: '{file}' does not fit 'tiny_classifier': layer 'stem' needs kernel 3x3x3x16, "
        "but there 'stem' has kernel 3x3x3x8"
    )


def test_a_file_that_ends_too_early_is_refused(donor: Any, tmp_path: Path) -> None:
    shallow = saved(classifier(7, stages=1), tmp_path / "shallow.keras")
    with pytest.raises(InputError, match="layer 'stage2_1' needs kernel 3x3x16x32, but there "):
        fill(classifier(7), with_weights(shallow), SIZE, 3)


def test_layers_that_fit_but_compute_something_else_are_refused(donor: Any, tmp_path: Path) -> None:
    def capped(**config: Any) -> Any:
        return keras.layers.ReLU(**{**config, "max_value": 0.2})

    path = saved(renamed(donor, activation=capped), tmp_path / "capped.keras")
    with pytest.raises(InputError, match="layers of the same shapes as 'tiny_classifier', but gives other answers"):
        fill(classifier(7), with_weights(path), SIZE, 3)


def test_weights_for_colours_are_refused_for_gray_pictures(file: Path) -> None:
    network = MODELS["tiny_classifier"].network(SIZE, 1, 7, **SMALL)
    with pytest.raises(InputError, match=r"takes pictures of 3 channels, but preprocess\.color gives 1"):
        fill(network, with_weights(file), SIZE, 1)


def test_a_segmenter_takes_its_trunk_from_a_classifier(tmp_path: Path) -> None:
    narrow, options = {"width": 0.25}, {"width": 0.25, "backbone": "mobilenet_v1"}
    path = saved(MODELS["mobilenet_v1"].network((64, 64), 3, 10, **narrow), tmp_path / "classifier.keras")
    network = MODELS["lraspp"].network((64, 96), 3, 4, **options)
    filled = fill(network, Model("lraspp", options, str(path)), (64, 96), 3)
    new = {each.name for each in network.layers if each.weights} - set(filled)
    assert "conv1" in filled
    assert new
    assert all(name.startswith("lraspp") for name in new)


def test_a_missing_file_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.weights: no such file '.*absent\.keras'"):
        check(with_weights(tmp_path / "absent.keras"), Preprocess(SIZE))


def test_imagenet_weights_are_refused_for_networks_that_keras_lacks() -> None:
    with pytest.raises(
        InputError, match=r"weights: Keras has no imagenet weights for 'tiny_classifier', only for vgg16"
    ):
        check(with_weights(IMAGENET), Preprocess(SIZE))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("mobilenet_v2", "color: rgb, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]"),
        ("resnet50", "color: bgr, mean: [103.939, 116.779, 123.68], std: [1.0, 1.0, 1.0]"),
        ("lraspp", "color: rgb, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]"),  # on mobilenet_v2
    ],
)
def test_imagenet_weights_come_with_the_pixels_they_expect(name: str, lines: str) -> None:
    with pytest.raises(InputError) as refused:
        check(Model(name, {}, IMAGENET), Preprocess((224, 224)))
    assert str(refused.value).startswith("preprocess: the imagenet weights of '")
    assert str(refused.value).endswith(f"expect other pixels; write {lines}")


def test_pixels_that_nearly_agree_are_no_mistake() -> None:
    check(Model("mobilenet_v2", {}, IMAGENET), Preprocess((224, 224), mean=(127.0,) * 3, std=(128.0,) * 3))


def test_without_a_way_to_the_server_the_cure_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(url: str, *_arguments: Any) -> None:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", unreachable)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(Unavailable, match=r"model\.weights: no answer from https://\S+\.h5; .* or write weights: FILE"):
        imagenet.fetch(Model("mobilenet_v2", {"width": 0.35}))


@pytest.mark.slow
@pytest.mark.parametrize("name", imagenet.PUBLISHED)
def test_published_weights_fit_the_network_of_the_zoo(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With weights of chance: that both networks then answer alike is checked by `fill` itself."""
    published = imagenet.PUBLISHED[name]
    twin = getattr(keras.applications, published.function)(weights=None, **published.arguments)
    monkeypatch.setattr(imagenet, "fetch", lambda _trunk: twin)
    network = MODELS[name].network((224, 224), 3, 1000)
    filled = fill(network, Model(name, {}, IMAGENET), (224, 224), 3)
    assert len(filled) == len([each for each in network.layers if each.weights])
