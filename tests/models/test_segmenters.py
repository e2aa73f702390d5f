"""The segmenters of the zoo on a narrow trunk: the shapes they give, how they differ, and that they learn."""

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from edgecv.errors import InputError
from edgecv.models import MODELS, check
from edgecv.models.pspnet import BINS, windows_along
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model
from edgecv.training.objectives import segmentation

STRIDES = {"fcn8s": 8, "fcn16s": 16, "fcn32s": 32, "unet": 2, "pspnet": 8, "lraspp": 8, "deeplab_lite": 4}
CLASSES = 3
CHEAP = {"backbone": "tiny_classifier", "width": 0.25}


@cache
def new(name: str, size: tuple[int, int] = (64, 64), **options: Any) -> Any:
    return MODELS[name].network(size, 3, CLASSES, **{**CHEAP, **options})


@pytest.mark.parametrize(
    ("name", "size"),
    [*((name, (64, 64)) for name in STRIDES), ("pspnet", (96, 160)), ("deeplab_lite", (96, 160)), ("unet", (32, 64))],
)
def test_logits_leave_at_the_stride_of_the_family(name: str, size: tuple[int, int]) -> None:
    height, width = size
    stride = STRIDES[name]
    assert new(name, size).output["logits"].shape == (None, height // stride, width // stride, CLASSES)


@pytest.mark.parametrize("name", STRIDES)
def test_a_size_that_the_strides_do_not_divide_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"{name} expects multiples of 32, got \[64, 80\]"):
        check(Model(name), "segmentation", Preprocess((64, 80)))


def test_the_usual_trunk_keeps_the_names_that_it_has_in_the_classifier() -> None:
    classifier = MODELS["mobilenet_v2"].network((64, 64), 3, CLASSES, width=0.35)
    trunk = {layer.name for layer in classifier.layers if layer.weights} - {"logits"}
    assert trunk <= {layer.name for layer in new("lraspp", backbone="mobilenet_v2", width=0.35).layers}


def test_each_finer_fcn_is_the_coarser_one_with_one_more_layer_of_scores() -> None:
    names = {
        name: {layer.name for layer in new(name).layers if layer.weights} for name in ("fcn32s", "fcn16s", "fcn8s")
    }
    assert names["fcn16s"] - names["fcn32s"] == {"fcn_scores16"}
    assert names["fcn8s"] - names["fcn16s"] == {"fcn_scores8"}
    assert names["fcn32s"] < names["fcn16s"] < names["fcn8s"]


def test_the_plain_unet_has_the_channels_of_the_paper_and_logits_for_every_pixel() -> None:
    network = new("unet", backbone="plain", width=1.0)
    assert network.output["logits"].shape == (None, 64, 64, CLASSES)
    filters = [network.get_layer(f"unet_down{stride}_2").filters for stride in (1, 2, 4, 8, 16)]
    assert filters == [64, 128, 256, 512, 1024]


def test_width_narrows_the_plain_unet_too() -> None:
    assert new("unet", backbone="plain").count_params() < new("unet", backbone="plain", width=1.0).count_params() / 14


@pytest.mark.parametrize(
    ("side", "windows"), [(24, (1, 2, 3, 6)), (32, (1, 2, 4, 8)), (20, (1, 2, 4, 10)), (4, (1, 2, 4, 4))]
)
def test_the_windows_of_a_pyramid_divide_the_side(side: int, windows: tuple[int, ...]) -> None:
    assert tuple(windows_along(side, bins) for bins in BINS) == windows


def test_the_largest_window_of_a_pyramid_is_the_mean_of_the_whole_map() -> None:
    network = new("pspnet")
    pool = network.get_layer("psp_bins1_pool")
    seen, mean = keras.Model(network.input, [pool.input, pool.output]).predict(pictures()[0], verbose=0)
    np.testing.assert_allclose(mean[:, 0, 0], seen.mean(axis=(1, 2)), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", ["fcn8s", "unet", "pspnet", "lraspp", "deeplab_lite"])
def test_a_few_steps_make_the_loss_smaller(name: str) -> None:
    keras.utils.set_random_seed(0)
    network = keras.models.clone_model(new(name))
    optimizer = keras.optimizers.AdamW(0.005)
    pixels, truth = pictures()

    losses = []
    for _ in range(6):  # step by step: a graph takes longer to trace than these take to run
        with tf.GradientTape() as tape:
            loss = segmentation.loss(truth, network(pixels, training=True))
        optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        losses.append(float(loss))
    assert losses[-1] < 0.85 * losses[0]


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Four pictures with a bright and a dark rectangle on gray, and which class each pixel is of."""
    rng = np.random.default_rng(0)
    truth = np.zeros((4, 64, 64), np.int32)
    for picture in truth:
        for index in (1, 2):
            top, left = rng.integers(0, 36, 2)
            picture[top : top + 28, left : left + 28] = index
    pixels = np.array([0.0, 1.0, -1.0], np.float32)[truth][..., None] + rng.normal(0, 0.1, (4, 64, 64, 3))
    return pixels.astype(np.float32), truth
