"""The steps from the Keras network to a file on its runtime, each compared with what Keras answered at first.

The steps that all targets share are held to float32's limits, whatever precision is made of them: so a fault that
int8's wide limits would hide is seen where it began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edgecv.errors import InputError
from edgecv.hosts.local import ChildFailed
from edgecv.parity.compare import Comparison, compare
from edgecv.parity.control import FEW, damaged
from edgecv.parity.description import misdescribed, of_another_export
from edgecv.parity.inspection import Inspected, inspect
from edgecv.parity.levels import INTEGERS, too_few_levels
from edgecv.parity.limits import LIMITS, SHARED
from edgecv.parity.range import beyond_float16
from edgecv.parity.run import Run, run
from edgecv.parity.weights import Place, damaged_copies
from edgecv.records.artifact import Artifact, Manifest, open_artifact
from edgecv.targets import TARGETS, Exported, Toolchain, open_exported

Say = Callable[[str], None]
STARTS_FROM: Mapping[Toolchain, str] = {"tensorflow": "saved_model", "openvino": "saved_model", "onnxruntime": "onnx"}


@dataclass(frozen=True)
class Ladder:
    """What was found on the way, in its order."""

    manifest: Manifest
    misdescribed: tuple[str, ...]  # where the manifest is wrong; then nothing else has been looked at
    rungs: Mapping[str, Comparison] = field(default_factory=dict)
    ran: Run | None = None  # on the reference images; None: it could not be run
    refused: Mapping[str, bool] = field(default_factory=dict)  # by damage to images or weights: whether it was noticed
    warnings: tuple[str, ...] = ()  # what a user of a sound file should know

    @property
    def fault(self) -> tuple[str, tuple[str, ...]] | None:
        """The first rung that is not sound, and why; None where all are."""
        if self.misdescribed:
            return "description", self.misdescribed
        return next(((rung, compared.reasons) for rung, compared in self.rungs.items() if compared.reasons), None)


def climb(
    draft: Path, exported: Path, *, log: Path, on_progress: Say | None = None, same_export: bool = True
) -> Ladder:
    """Compare every step; not `same_export`: the artifact may come from an earlier export, with other images."""
    artifact, network = open_artifact(draft), open_exported(exported)
    manifest = artifact.manifest
    stale = of_another_export(manifest, network) if same_export else []
    inspected, unread = Inspected(), []
    try:
        inspected = inspect(draft, log=log, on_progress=on_progress)
    except (InputError, ChildFailed) as error:  # a broken file is the runtime's to refuse, below
        unread.append(f"what it says of itself cannot be read: {error}")
    wrong = (*misdescribed(manifest, network), *inspected.misread)
    if wrong:
        return Ladder(manifest, wrong)
    reference = network.reference_outputs()
    rungs = {
        rung: compare(reference, network.rung_outputs(rung), manifest, SHARED)
        for rung in ("folded", STARTS_FROM[TARGETS[manifest.target].TOOLCHAIN])
    }
    images = network.reference_images()
    wrong_images = damaged(images)
    try:  # one process for all images: starting a runtime takes longer than they do
        ran = run(draft, np.concatenate([images, *wrong_images.values()]), log=log, on_progress=on_progress)
    except (InputError, ChildFailed) as error:
        return Ladder(manifest, (), {**rungs, "artifact": Comparison((*stale, str(error)), {}, None)})
    outputs, *others = _parted(ran.outputs, 1 + len(wrong_images))
    compared = with_range(compare_artifact(network, outputs, manifest), draft, exported, log=log)
    compared = replace(compared, reasons=(*stale, *unread, *compared.reasons))
    refused = {
        name: bool(compare_artifact(network, each, manifest).reasons)
        for name, each in zip(wrong_images, others, strict=True)
    }
    if not compared.reasons:  # a file that fails by itself says nothing about its copies
        refused |= _damaged_copies(artifact, network, outputs, inspected.weights, log=log)
    ran = replace(ran, outputs=outputs)
    return Ladder(manifest, (), {**rungs, "artifact": compared}, ran, refused, inspected.warnings)


def _damaged_copies(
    artifact: Artifact,
    network: Exported,
    sound: Mapping[str, np.ndarray],
    places: Sequence[Place],
    *,
    log: Path,
) -> dict[str, bool]:
    """Whether copies of the file with damaged weights are noticed, up to the first one that is."""
    refused: dict[str, bool] = {}
    images = network.reference_images()
    few = {name: values[:FEW] for name, values in sound.items()}
    if not compare_artifact(network, few, artifact.manifest).reasons:  # else failing with them would prove nothing
        images = images[:FEW]
    with TemporaryDirectory(prefix="edgecv-parity-") as scratch:
        for name, copy in damaged_copies(artifact, places, Path(scratch)):
            try:
                outputs = run(copy, images, log=log).outputs
                refused[name] = bool(compare_artifact(network, outputs, artifact.manifest).reasons)
            except (InputError, ChildFailed):
                refused[name] = True
            if refused[name]:
                break
    return refused


def compare_artifact(network: Exported, outputs: Mapping[str, np.ndarray], manifest: Manifest) -> Comparison:
    """A file's own outputs for the first images or for all, with the limits of its precision."""
    count = len(next(iter(outputs.values())))
    reference = {name: values[:count] for name, values in network.reference_outputs().items()}
    compared = compare(reference, outputs, manifest, LIMITS[manifest.precision])
    if manifest.precision not in INTEGERS or outputs.keys() != reference.keys():
        return compared
    few = tuple(too_few_levels(reference, outputs, manifest))
    return replace(compared, reasons=(*few, *compared.reasons))


def with_range(compared: Comparison, draft: Path, exported: Path, *, log: Path) -> Comparison:
    """With what would overflow on a device: ONNX Runtime itself computes float16 files in float32 where it can."""
    manifest = open_artifact(draft).manifest
    if manifest.precision != "float16" or TARGETS[manifest.target].RUN_BY != "onnx":
        return compared
    try:
        beyond = tuple(beyond_float16(draft, exported, log=log))
    except (InputError, ChildFailed) as error:
        beyond = (str(error),)
    return replace(compared, reasons=(*beyond, *compared.reasons))


def _parted(outputs: Mapping[str, np.ndarray], count: int) -> list[dict[str, np.ndarray]]:
    """Outputs for a stack of images, as `count` equal parts."""
    parts = {name: np.split(values, count) for name, values in outputs.items()}
    return [{name: values[index] for name, values in parts.items()} for index in range(count)]
