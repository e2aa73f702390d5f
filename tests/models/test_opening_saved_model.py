"""SavedModel folders: their signature becomes a network, and what a folder could run beside it is refused by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from edgecv.errors import InputError
from edgecv.models.opening import open_network
from edgecv.models.shapes import fix_shape

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)  # Keras
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)).astype(np.float32)
SPEC = tf.TensorSpec((None, 8, 8, 3), tf.float32, name="image")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, np.ndarray]]:
    """A folder that Keras wrote, of a network for images of any size, and its answers."""
    pixels = keras.Input((None, None, 3), name="image")
    x = layers.Dropout(0.5)(layers.BatchNormalization()(layers.Conv2D(4, 3)(pixels)))
    network = keras.Model(pixels, {"cls": layers.Dense(3)(layers.GlobalMaxPooling2D()(x)), "box": layers.ReLU()(x)})
    folder = tmp_path_factory.mktemp("saved") / "network"
    network.export(folder, verbose=False)
    return folder, {name: np.asarray(values) for name, values in network(IMAGES, training=False).items()}


def saved(folder: Path, function: Any, *specs: Any, **others: Any) -> Path:
    module = tf.Module()
    module.serve = tf.function(function, input_signature=specs or [SPEC])
    signatures = {"serving_default": module.serve} if not others else dict.fromkeys(others, module.serve)
    tf.saved_model.save(module, str(folder), signatures)
    return folder


def test_a_signature_gives_its_answers_by_its_names(exported: tuple[Path, Mapping[str, np.ndarray]]) -> None:
    folder, expected = exported
    network = fix_shape(open_network(folder), (8, 8), 3)
    assert [(each.name, each.shape) for each in network.inputs] == [("image", (None, 8, 8, 3))]
    assert {name: each.shape for name, each in network.output.items()} == {"box": (None, 6, 6, 4), "cls": (None, 3)}
    for name, values in network(IMAGES).items():
        assert np.abs(values - expected[name]).max() < 1e-5
        assert expected[name].std() > 0.01


def test_the_network_converts_and_its_weights_are_in_its_description(
    exported: tuple[Path, Mapping[str, np.ndarray]], tmp_path: Path
) -> None:
    folder, expected = exported
    network = fix_shape(open_network(folder), (8, 8), 3)
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        "serve", lambda image: network(image, training=False), [tf.TensorSpec((1, 8, 8, 3), name="image")]
    )
    archive.write_out(tmp_path / "again", verbose=False)
    again = open_network(tmp_path / "again")
    assert np.abs(again(IMAGES[:1])["cls"] - expected["cls"][:1]).max() < 1e-5
    assert '"graph": "' in network.to_json()


def test_the_only_output_is_a_tensor(tmp_path: Path) -> None:
    network = open_network(saved(tmp_path / "one", lambda image: {"anything": tf.reduce_mean(image, [1, 2])}))
    assert network.output.shape == (None, 3)


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (lambda image: image + tf.numpy_function(lambda: np.float32(1), [], tf.float32), "PyFunc"),
        (lambda image: image + tf.py_function(lambda: 1.0, [], tf.float32), "EagerPyFunc"),
        (lambda image: image + tf.io.decode_raw(tf.io.read_file("/etc/hostname"), tf.float32)[0], "ReadFile"),
        (lambda image: image + tf.cast(tf.size(tf.io.matching_files("/*")), tf.float32), "MatchingFiles"),
        (
            lambda image: (
                image + tf.raw_ops.ImmutableConst(dtype=tf.float32, shape=[1], memory_region_name="/proc/stat")
            ),
            "ImmutableConst",
        ),
        (lambda image: tf.raw_ops.DebugIdentity(input=image, debug_urls=["file:///nowhere"]), "DebugIdentity"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_graph_that_runs_code_or_touches_files_is_refused_by_the_operation(
    function: Any, operation: str, tmp_path: Path
) -> None:
    folder = saved(tmp_path / "unsafe", tf.function(function))
    with pytest.raises(InputError, match=f"is a {operation}, which runs code, touches files or is unknown"):
        open_network(folder)


def test_a_file_that_restoring_would_write_is_refused(
    exported: tuple[Path, Mapping[str, np.ndarray]], tmp_path: Path
) -> None:
    folder = edited(exported[0], tmp_path / "edited", lambda node: setattr(node, "op", "WriteFile"), "RestoreV2")
    with pytest.raises(InputError, match="is a WriteFile, which runs code, touches files"):
        open_network(folder)


def test_an_operation_that_tensorflow_does_not_know_is_refused(
    exported: tuple[Path, Mapping[str, np.ndarray]], tmp_path: Path
) -> None:
    folder = edited(exported[0], tmp_path / "edited", lambda node: setattr(node, "op", "MyOwnConv"), "Conv2D")
    with pytest.raises(InputError, match="is a MyOwnConv, which runs code, touches files or is unknown"):
        open_network(folder)


def edited(source: Path, folder: Path, edit: Any, operation: str) -> Path:
    """A copy of a folder, in whose functions all nodes of one operation are edited."""
    from tensorflow.core.protobuf import saved_model_pb2

    meta = saved_model_pb2.SavedModel.FromString((source / "saved_model.pb").read_bytes())
    for function in meta.meta_graphs[0].graph_def.library.function:
        for node in function.node_def:
            if node.op == operation:
                edit(node)
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(meta.SerializeToString())
    (folder / "variables").symlink_to(source / "variables")
    return folder


@pytest.mark.parametrize(
    ("specs", "others", "complaint"),
    [
        ((SPEC, tf.TensorSpec((), name="b")), {}, "expected a signature with one input, got 'b', 'image'"),
        ((tf.TensorSpec((1, 8, 8, 3), tf.uint8, name="image"),), {}, "input 'image' takes uint8, expected float32"),
        ((SPEC,), {"one": 1, "two": 2}, "expected a signature 'serving_default' or only one, got 'one', 'two'"),
    ],
    ids=["two inputs", "integers", "two signatures"],
)
def test_a_signature_that_is_not_one_network_is_refused(
    specs: Any, others: Any, complaint: str, tmp_path: Path
) -> None:
    folder = saved(tmp_path / "odd", lambda *images: {"y": tf.cast(images[0], tf.float32) * 2.0}, *specs, **others)
    with pytest.raises(InputError, match=complaint):
        open_network(folder)


def test_custom_layers_are_refused_where_they_would_not_be_used(
    exported: tuple[Path, Mapping[str, np.ndarray]],
) -> None:
    with pytest.raises(InputError, match="network: a SavedModel holds no layers; leave --custom-layer out"):
        open_network(exported[0], ["my_layers.py:Doubling"])


@pytest.mark.parametrize("content", [b"", b"no protocol buffer" * 50], ids=["empty", "foreign"])
def test_a_damaged_folder_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(InputError, match=r"saved_model\.pb"):
        open_network(tmp_path)


def test_lost_weights_are_a_sentence(exported: tuple[Path, Mapping[str, np.ndarray]], tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes((exported[0] / "saved_model.pb").read_bytes())
    with pytest.raises(InputError, match="TensorFlow refuses it: NotFoundError"):
        open_network(tmp_path)
