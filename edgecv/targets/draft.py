"""From an exported network to a draft: an artifact folder whose manifest lacks the proof of parity and the seal."""

from dataclasses import replace

from edgecv.quantization import calibration
from edgecv.records.artifact import MANIFEST, Manifest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.recipe import Build
from edgecv.targets import TARGETS, Exported
from edgecv.targets.order import Order
from edgecv.targets.outputs import expected_outputs

CALIBRATED = ("int8", "int16x8")  # precisions whose ranges come from the calibration images


def build_draft(exported: Exported, order: Order) -> Manifest:
    """Build for a target, and write down what came out; the manifest is written last."""
    target, spec, folder = order.target, order.spec, order.folder
    folder.mkdir(parents=True, exist_ok=True)
    module = TARGETS[target]
    built = module.build(exported, spec, folder)
    expected = expected_outputs(exported.task, exported.labels, exported.postprocess)
    calibrated = spec.precision in CALIBRATED
    manifest = Manifest(
        name=f"{exported.name}-{Build(target, spec.precision, spec.io).folder_name}",
        task=exported.task,
        target=target,
        precision=spec.precision,
        labels=exported.labels,
        preprocess=exported.preprocess,
        postprocess=exported.postprocess,
        inputs=tuple(replace(tensor, meaning="normalised pixels") for tensor in built.inputs),
        outputs=tuple(replace(tensor, meaning=expected[tensor.name].meaning) for tensor in built.outputs),
        model=built.model,
        weights=spec.weights if spec.precision not in ("float32", "float16") else "",
        io=(spec.io or "integer") if spec.precision in module.INTEGER_IO else "",
        runtime={"package": spec.package, "oldest": spec.oldest} if spec.package else {},
        prepared=exported.prepared,
        files={file: digest_of_file(folder / file) for file in built.files},
        digests={"network": exported.network_digest, "calibration": calibration.digest(exported.calibration())},
        tools={**exported.tools, **built.tools},
        warnings=(*built.warnings, *(_few(exported) if calibrated else ())),
    )
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return manifest


def _few(exported: Exported) -> tuple[str, ...]:
    """A stamp for ranges that too few images have set."""
    count = len(exported.calibration())
    if count >= calibration.FEWEST:
        return ()
    return (f"calibrated with {count} images only; {calibration.FEWEST} or more are needed to trust its ranges",)
