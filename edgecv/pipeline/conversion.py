"""A network that is to be converted, with all that its artifacts have to know."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgecv.pipeline.keys import code_version, key, tool_versions
from edgecv.pipeline.splits import Splits
from edgecv.pipeline.train import Trained
from edgecv.quantization import calibration
from edgecv.records.files import digest_of, write_json
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Recipe, Task
from edgecv.records.samples import Samples
from edgecv.targets.exported import save_array

REFERENCE_IMAGES = 32  # for parity, and other ones than those that calibrate
USUAL_CALIBRATION = 200  # images that calibrate, where nobody asks for another number

_CODE = (
    *("targets", "parity", "quantization", "ondevice", "records", "models"),
    *("hosts/trtexec.py", "hosts/trtexec_script.py", "training/digest.py"),
)
_TOOLS = ("tensorflow", "tensorflow-cpu", "keras", "tf2onnx", "onnx", "onnxruntime", "openvino", "nncf", "tensorrt-rtx")
_RUNTIMES = ("ai-edge-litert", "numpy", "pillow")


def calibration_images(recipe: Recipe, images: Samples) -> int:
    """How many a recipe asks for; where it says nothing, as many as are usual, as far as there are."""
    asked = recipe.calibration.images
    return asked if asked is not None else max(min(USUAL_CALIBRATION, len(images) - REFERENCE_IMAGES), 1)


@dataclass(frozen=True)
class Conversion:
    """What an export starts from."""

    name: str
    task: Task
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]
    network: Path  # a .keras or .h5 file, or a SavedModel folder
    network_digest: str
    images: Samples  # which calibrate; of the training split, never of another
    calibration_images: int
    origin: Mapping[str, str] = field(default_factory=dict)  # further digests: recipe, data
    architecture: Mapping[str, Any] = field(default_factory=dict)  # name and options in the zoo, where it is from there
    custom_layers: tuple[str, ...] = ()  # "module:Class" or "file.py:Class", which the user trusts
    equalise: bool = True

    @staticmethod
    def of_recipe(recipe: Recipe, trained: Trained, splits: Splits) -> "Conversion":
        """The conversion of a network that edgecv has trained."""
        facts = trained.facts
        return Conversion(
            name=recipe.name,
            task=recipe.task,
            labels=tuple(facts["labels"]),
            preprocess=recipe.preprocess,
            postprocess=facts["postprocess"],
            network=trained.network,
            network_digest=facts["network_digest"],
            images=splits.train,
            calibration_images=calibration_images(recipe, splits.train),
            origin={"recipe": recipe_digest(recipe), "data": digest_of(splits.digests)},
            architecture=architecture_of(recipe),
        )

    @property
    def key(self) -> str:
        """What its export is known by in the store."""
        plain = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        for elsewhere in (
            "network",
            "origin",
            "architecture",
        ):  # its place does not matter, the others to artifacts only
            del plain[elsewhere]
        return key(
            **{
                **plain,
                "preprocess": dataclasses.asdict(self.preprocess),
                "postprocess": dict(self.postprocess),
                "images": self.images.digest,
            },
            code=code_version(*_CODE),
            tools=tool_versions(*_TOOLS, *_RUNTIMES),
        )

    def write_request(self, folder: Path) -> Path:
        """What the exporting child has to know, with the images that calibrate and those that parity compares."""
        count = self.calibration_images
        parts = {
            "calibration": calibration.choose(self.images, count),
            "reference": calibration.choose(self.images, REFERENCE_IMAGES, skip=count),
        }
        folder.mkdir()
        for name, chosen in parts.items():
            save_array(folder / f"{name}.npy", calibration.pixels(self.images, chosen, self.preprocess))
        return write_json(
            folder / "request.json",
            {
                "network": str(self.network),
                "name": self.name,
                "task": self.task,
                "labels": self.labels,
                "preprocess": dataclasses.asdict(self.preprocess),
                "postprocess": dict(self.postprocess),
                "custom_layers": self.custom_layers,
                "equalise": self.equalise,
                **{name: str(folder / f"{name}.npy") for name in parts},
            },
        )


def architecture_of(recipe: Recipe) -> dict[str, Any]:
    """What artifacts say of the model: the name and the options that the recipe gives it."""
    return {"name": recipe.model.name, **recipe.model.options}


def recipe_digest(recipe: Recipe) -> str:
    """What a recipe says that its artifacts depend on, wherever the data lies on this machine."""
    plain = dataclasses.asdict(dataclasses.replace(recipe, model=dataclasses.replace(recipe.model, weights=None)))
    parts = ("task", "preprocess", "model", "training", "calibration")
    return digest_of([recipe.data.format, dict(recipe.data.options), *(plain[part] for part in parts)])
