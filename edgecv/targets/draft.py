"""From an exported network to a draft: an artifact folder whose manifest lacks the proof of parity and the seal."""

from dataclasses import replace
from pathlib import Path

from edgecv.errors import InputError, Unavailable, not_one_of
from edgecv.quantization import calibration
from edgecv.records.artifact import MANIFEST, Manifest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json
from edgecv.targets import TARGETS, Exported, Spec
from edgecv.targets.outputs import expected_outputs


def check_order(target: str, spec: Spec) -> None:
    """Refuse what cannot be built, before anything slow starts."""
    if target not in TARGETS:
        raise InputError(f"target: {not_one_of(TARGETS, target)}")
    if spec.precision not in TARGETS[target].PRECISIONS:
        raise InputError(f"{target}: precision: {not_one_of(TARGETS[target].PRECISIONS, spec.precision)}")
    missing = TARGETS[target].missing()
    if missing:
        raise Unavailable(f"cannot build '{target}' here: {missing}")


def build_draft(exported: Exported, target: str, spec: Spec, folder: Path) -> Manifest:
    """Build for a target, and write down what came out; the manifest is written last."""
    folder.mkdir(parents=True, exist_ok=True)
    built = TARGETS[target].build(exported, spec, folder)
    expected = expected_outputs(exported.task, exported.labels, exported.postprocess)
    manifest = Manifest(
        name=f"{exported.name}-{target}-{spec.precision}",
        task=exported.task,
        target=target,
        precision=spec.precision,
        labels=exported.labels,
        preprocess=exported.preprocess,
        postprocess=exported.postprocess,
        inputs=tuple(replace(tensor, meaning="normalised pixels") for tensor in built.inputs),
        outputs=tuple(replace(tensor, meaning=expected[tensor.name].meaning) for tensor in built.outputs),
        model=built.model,
        files={file: digest_of_file(folder / file) for file in built.files},
        digests={"network": exported.network_digest, "calibration": calibration.digest(exported.calibration())},
        tools={**exported.tools, **built.tools},
        warnings=built.warnings,
    )
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return manifest
