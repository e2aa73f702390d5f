"""One artifact, one split, one evaluation.

All that is cheap is checked before the artifact is asked for anything. The float predictions, where a run kept them,
are those of the whole split in its order; both arms are scored on the same images.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edgecv.errors import InputError, Unavailable
from edgecv.evaluation.predict import predict
from edgecv.evaluation.score import score
from edgecv.evaluation.verdict import judge
from edgecv.hosts import at
from edgecv.metrics import METRICS, Score
from edgecv.ondevice import predictions
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.device import DeviceProfile
from edgecv.records.evaluation import EvaluatedArtifact, EvaluatedData, Evaluation
from edgecv.records.recipe import METRICS_OF, Accuracy, gain
from edgecv.records.samples import Samples

HERE = "local"  # the name that evaluations are signed with where no device was asked for


def evaluate(
    artifact_folder: Path,
    samples: Samples,
    *,
    accuracy: Accuracy,
    split: str,
    device: DeviceProfile | None = None,
    work: Path,
    float_predictions: Path | None = None,
    limit: int | None = None,
    threads: int = 1,
    hint: str = "",
    log: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Evaluation:
    """Score an artifact on a split and, where there are float predictions, judge the drop against the budget."""
    artifact = open_sealed(artifact_folder)
    task = artifact.manifest.task
    _check(artifact, samples, accuracy)
    indices = _chosen(len(samples), limit)
    reference = _score_saved(float_predictions, task, samples, indices) if float_predictions else None

    with at(device, "evaluate", on_progress=on_progress) as host:
        host.require(artifact)
        made = predict(
            artifact,
            host,
            samples,
            indices,
            work=work,
            threads=threads,
            hint=hint,
            log=log,
            on_progress=on_progress,
        )
    scored = score(task, made, samples, indices)

    manifest, metric = artifact.manifest, accuracy.metric
    evaluation = Evaluation(
        artifact=EvaluatedArtifact(manifest.digests["artifact"], manifest.name, manifest.target, manifest.precision),
        device=device.name if device else HERE,
        data=EvaluatedData(samples.digest, split, len(indices)),
        metric=metric,
        value=scored.values[metric],
        ci95=scored.interval(metric),
        per_class=scored.per_class(metric),
        others={name: value for name, value in scored.values.items() if name != metric},
        hint=hint,
    )
    return _judged(evaluation, scored, reference, accuracy) if reference else evaluation


def _check(artifact: Artifact, samples: Samples, accuracy: Accuracy) -> None:
    manifest = artifact.manifest
    if manifest.task not in METRICS:
        raise InputError(f"{artifact.folder}: task: expected one of {', '.join(METRICS)}, got '{manifest.task}'")
    if accuracy.metric not in METRICS_OF[manifest.task]:
        known = ", ".join(METRICS_OF[manifest.task])
        raise InputError(f"accuracy.metric: expected one of {known} for {manifest.task}, got '{accuracy.metric}'")
    if manifest.labels != samples.labels:
        raise InputError(
            f"{artifact.folder}: made for the labels {_few(manifest.labels)}; the data has {_few(samples.labels)}"
        )
    if sentence := METRICS[manifest.task].missing():
        raise Unavailable(sentence)


def _few(labels: tuple[str, ...]) -> str:
    return ", ".join(labels[:6]) + (f", ... ({len(labels)} in all)" if len(labels) > 6 else "")


def _chosen(count: int, limit: int | None) -> list[int]:
    """All samples, or as many as the limit allows, spread evenly: data sets are often sorted."""
    wanted = count if limit is None else min(limit, count)
    return [number * count // wanted for number in range(wanted)]


def _score_saved(path: Path, task: str, samples: Samples, indices: list[int]) -> Score:
    saved = predictions.read(path)
    if len(saved) != len(samples):
        raise InputError(f"{path}: expected predictions for all {len(samples)} images of the split, got {len(saved)}")
    return score(task, [saved[index] for index in indices], samples, indices)


def _judged(evaluation: Evaluation, scored: Score, reference: Score, accuracy: Accuracy) -> Evaluation:
    float_value = reference.values[accuracy.metric]
    drop = gain(accuracy.metric) * (float_value - evaluation.value)
    interval = scored.drop_interval(reference, accuracy.metric)
    verdict, images_needed = judge(drop, interval, accuracy.max_drop, evaluation.data.n)
    return replace(
        evaluation,
        float_value=float_value,
        drop=drop,
        drop_ci95=interval,
        max_drop=accuracy.max_drop,
        verdict=verdict,
        images_needed=images_needed,
    )
