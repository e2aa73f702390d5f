"""Networks of other people: what opens gives the answers that it gave before, and the rest is refused by name."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from edgecv.errors import InputError
from edgecv.models.opening import open_network

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),  # Keras, numpy 2
    pytest.mark.filterwarnings(
        "ignore:You are saving your model as an HDF5 file:UserWarning"
    ),  # which Keras 3 still does
]
FILES = Path(__file__).parent / "files"
SIZE = (8, 8, 3)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, *SIZE)).astype(np.float32)


def small(middle: Any = None) -> Any:
    pixels = keras.Input(SIZE, name="pixels")
    x = layers.Conv2D(3, 3, kernel_initializer=keras.initializers.RandomNormal(seed=1), name="conv")(pixels)
    x = middle(x) if middle else x
    return keras.Model(pixels, {"logits": layers.Dense(2, name="dense")(layers.GlobalMaxPooling2D()(x))})


def answers(network: Any, images: Any = IMAGES) -> Mapping[str, np.ndarray]:
    outputs = network(images, training=False)
    outputs = outputs if isinstance(outputs, dict) else {"output": outputs}
    return {name: np.asarray(values) for name, values in outputs.items()}


def assert_same(got: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    assert got.keys() == expected.keys()
    for name, values in expected.items():
        assert values.std() > 0.01
        assert np.abs(got[name] - values).max() < 1e-5 * max(1, np.abs(values).max()), name


def edited(source: Path, path: Path, edit: Any) -> Path:
    """A copy of a .keras file, with its description edited."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                description = json.loads(content)
                edit(description["config"])
                content = json.dumps(description).encode()
            new.writestr(name, content)
    return path


def edited_h5(source: Path, path: Path, edit: Any) -> Path:
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "r+") as file:
        description = json.loads(file.attrs["model_config"])
        edit(description["config"])
        file.attrs["model_config"] = json.dumps(description)
    return path


@pytest.fixture(scope="module")
def keras3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keras3") / "small.keras"
    small().save(path)
    return path


@pytest.mark.parametrize("file", sorted(FILES.glob("*.h5")), ids=lambda file: file.stem)
def test_a_file_of_keras_2_gives_the_answers_that_keras_2_gave(file: Path) -> None:
    expected = dict(np.load(file.with_suffix(".npz")))
    images = expected.pop("images")
    assert_same(answers(open_network(file), images), expected)


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".hdf5"])
def test_a_file_of_keras_3_gives_the_same_answers(suffix: str, tmp_path: Path) -> None:
    network = small(lambda x: layers.BatchNormalization()(keras.ops.relu(x) * 2.0)[:, 1:])
    network.save(tmp_path / f"network{suffix}")
    assert_same(answers(open_network(tmp_path / f"network{suffix}")), answers(network))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_a_network_of_another_precision_computes_in_float32(policy: str, tmp_path: Path) -> None:
    try:
        keras.config.set_dtype_policy(policy)
        small(layers.ReLU()).save(tmp_path / "mixed.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    network = open_network(tmp_path / "mixed.keras")
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert [each.dtype for each in network.inputs] == ["float32"]


def test_statistics_of_a_normalization_inside_a_network_of_an_h5_file_are_used(tmp_path: Path) -> None:
    norm = layers.Normalization()
    norm.adapt(IMAGES * 3 + 1)
    inner = keras.Sequential([layers.Input(SIZE), norm])
    network = keras.Sequential([layers.Input(SIZE), inner, layers.Flatten()])
    network.save(tmp_path / "norm.hdf5")
    assert_same(answers(open_network(tmp_path / "norm.hdf5")), answers(network))


def set_layer(place: int, **changes: Any) -> Any:
    return lambda config: config["layers"][place].update(changes)


def set_argument(place: int, **changes: Any) -> Any:
    return lambda config: config["layers"][place]["config"].update(changes)


FUNCTION = {"class_name": "function", "config": "get_file", "module": "keras.utils", "registered_name": "get_file"}
LAMBDA = {"class_name": "Lambda", "module": "keras.layers", "config": {"name": "inner"}}


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (set_layer(1, class_name="Lambda"), "layer 'conv' is a Lambda, code that would run"),
        (set_layer(1, class_name="TFSMLayer"), "layer 'conv' is a TFSMLayer, which opens another file"),
        (
            set_layer(1, class_name="Popen", module="subprocess"),
            "layer 'conv' is a custom layer, 'Popen'; name it with",
        ),
        (set_layer(1, class_name="get_file", module="keras.utils"), "layer 'conv' is a custom layer, 'get_file'"),
        (set_layer(1, module=None, registered_name="mine>Odd"), "layer 'conv' is a custom layer, 'Conv2D'; name it"),
        (set_argument(1, activation=FUNCTION), "layer 'conv' uses a function that is not an activation of Keras"),
        (set_argument(1, activation={"class_name": "__lambda__", "config": {}}), "layer 'conv' is a custom layer"),
        (set_argument(1, anything=[{"deep": LAMBDA}]), "layer 'inner' is a Lambda"),
        (set_argument(1, dtype={"config": {"name": "int8_from_float32"}}), "layer 'conv' has been quantized by Keras"),
        (set_argument(1, filters="many"), "Keras refuses it"),
    ],
    ids=["lambda", "saved model", "process", "download", "custom", "function", "code", "deep", "quantized", "nonsense"],
)
def test_what_could_run_or_cannot_be_built_is_refused_by_its_layer(
    edit: Any, complaint: str, keras3: Path, tmp_path: Path
) -> None:
    path = edited(keras3, tmp_path / "edited.keras", edit)
    with pytest.raises(InputError, match=complaint) as refused:
        open_network(path)
    assert str(path) in str(refused.value)


def test_an_initialiser_that_keras_lacks_is_left_out(keras3: Path, tmp_path: Path) -> None:
    odd = {"class_name": "Odd", "config": {}, "module": "elsewhere", "registered_name": "elsewhere>Odd"}
    path = edited(keras3, tmp_path / "odd.keras", set_argument(1, kernel_initializer=odd, kernel_regularizer=odd))
    assert_same(answers(open_network(path)), answers(open_network(keras3)))


class Made(Exception):
    """What must never be made was."""


def keras_object(kind: str, module: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "module": module, "config": config, "registered_name": None}


def test_an_object_inside_an_initialiser_is_never_made(
    keras3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: Any, **__: Any) -> None:
        raise Made

    monkeypatch.setattr(layers.StringLookup, "from_config", made)
    inner = keras_object("StringLookup", "keras.layers", vocabulary="/etc/hostname")
    for value in (inner, [inner]):
        hidden = keras_object("Constant", "keras.initializers", value=value)
        path = edited(keras3, tmp_path / "hidden.keras", set_argument(1, kernel_initializer=hidden))
        assert_same(answers(open_network(path)), answers(open_network(keras3)))


@pytest.mark.parametrize("kind", ["SeedGenerator", "__numpy__"])
def test_keras_is_never_told_a_module_that_a_file_names(
    kind: str, keras3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    monkeypatch.setattr(keras.saving, "deserialize_keras_object", lambda checked, **_: told.append(checked))
    path = edited(keras3, tmp_path / "odd.keras", set_argument(1, seed=keras_object(kind, "keras_cv.odd", seed=1)))
    with pytest.raises(InputError, match="Keras refuses it"):  # what gave nothing
        open_network(path)
    assert kind in json.dumps(told)
    assert "keras_cv" not in json.dumps(told)


@pytest.mark.parametrize(
    ("file", "edit", "complaint"),
    [
        (
            "keras2_15_everyday",
            set_argument(1, groups=3),
            "'block/depthwise': Keras 3 has no DepthwiseConv2D with groups=3",
        ),
        ("keras2_15_everyday", set_layer(1, class_name="ThresholdedReLU"), "Keras 3 has no ThresholdedReLU"),
        ("keras2_15_everyday", set_layer(1, class_name="mine>Odd"), "is a custom layer, 'Odd'"),
        ("keras2_15_functions", set_argument(1, function="io.read_file"), "calls tf.io.read_file, which cannot be"),
        ("keras2_15_nested", lambda config: config["layers"].clear(), "refuses it"),
    ],
    ids=["argument", "absent", "custom", "function", "no layers"],
)
def test_what_keras_3_cannot_express_of_keras_2_is_refused_by_its_layer(
    file: str, edit: Any, complaint: str, tmp_path: Path
) -> None:
    path = edited_h5(FILES / f"{file}.h5", tmp_path / "edited.h5", edit)
    with pytest.raises(InputError, match=complaint):
        open_network(path)


@pytest.mark.parametrize("kept", [0, 100, 4000])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_damaged_file_is_a_sentence(suffix: str, kept: int, keras3: Path, tmp_path: Path) -> None:
    whole = keras3 if suffix == ".keras" else FILES / "keras2_15_nested.h5"
    (tmp_path / f"damaged{suffix}").write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(InputError, match=rf"damaged\{suffix}: expected"):
        open_network(tmp_path / f"damaged{suffix}")


def test_a_zip_that_unpacks_to_absurd_sizes_is_a_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (65 << 20))
    with pytest.raises(InputError, match=r"'config.json' claims to unpack to"):
        open_network(tmp_path / "bomb.keras")


def test_a_file_without_a_network_is_a_sentence(tmp_path: Path) -> None:
    small().save_weights(tmp_path / "small.weights.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = [1, 2, 3]
    (tmp_path / "folder").mkdir()
    for name, complaint in [
        ("small.weights.h5", "holds weights without their network"),
        ("other.h5", "it holds no network"),
        ("absent.h5", "expected an HDF5 file of Keras"),
        ("network.tflite", "expected a .keras, .h5 or .hdf5 file, or a SavedModel folder"),
        ("folder", "which has a saved_model.pb"),
    ]:
        with pytest.raises(InputError, match=complaint):
            open_network(tmp_path / name)


LAYERS = """
import keras

@keras.saving.register_keras_serializable("mine")
class Doubling(keras.layers.Layer):
    def call(self, x):
        return x * 2

class NoLayer:
    pass
"""


@pytest.fixture
def custom(tmp_path: Path) -> tuple[Path, str, Mapping[str, np.ndarray]]:
    """A network with a layer of the user's own, the spec of its class, and its answers."""
    from edgecv.models.custom_layers import load_custom_layers

    (tmp_path / "my_layers.py").write_text(LAYERS)
    spec = f"{tmp_path / 'my_layers.py'}:Doubling"
    network = small(load_custom_layers([spec])["Doubling"](name="mine"))
    network.save(tmp_path / "custom.keras")
    return tmp_path / "custom.keras", spec, answers(network)


def test_a_custom_layer_is_built_once_it_is_named(custom: tuple[Path, str, Mapping[str, np.ndarray]]) -> None:
    path, spec, expected = custom
    with pytest.raises(
        InputError, match="'mine' is a custom layer, 'Doubling'; name it with --custom-layer MODULE:Doubl"
    ):
        open_network(path)
    assert_same(answers(open_network(path, [spec])), expected)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("Doubling", "expected package.module:Class or path/to/layers.py:Class"),
        ("no_such_module:Doubling", "importing 'no_such_module' failed: ModuleNotFoundError"),
        ("absent.py:Doubling", "importing 'absent.py' failed: FileNotFoundError"),
        ("my_layers.py:Dubling", "has no class 'Dubling'; did you mean 'Doubling'"),
        ("my_layers.py:NoLayer", "expected a class derived from keras.Layer"),
    ],
)
def test_a_custom_layer_that_cannot_be_had_is_a_sentence(
    spec: str, complaint: str, keras3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_layers.py").write_text(LAYERS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"custom layer '{spec}': .*{complaint}"):
        open_network(keras3, [spec])
