"""Our prediction loop beside Ultralytics' own: the same exported file, runtime, precision and thread, the same photos.

`python benchmarks/ultralytics_loop.py WORK [FOLDER]`, in a Python that has `ultralytics` besides edgecv, makes a small
YOLO11 with random weights, has Ultralytics export it to ONNX for 640 x 640, and describes that very file in a manifest.
Photos of 1920 x 1080, made of the JPEGs in FOLDER (imagenet_samples of EDGECV_DATA by default), go through both loops
in turns. Random weights find nothing, so the score threshold is where a hundred candidates of a photo are above it.

The runtime has one thread in both. Once the loops run as they are shipped, on all cores: ours prepares the next photos
in a second thread meanwhile. Once they run on one core, and ours takes one photo after the other. The result is the
time outside the runtime's own call, and the whole loop's, as the median of the ratios of the same photo, in
results/ultralytics_loop.json; exit code 1 says that a bar is missed.
"""

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import write_result
from photos import photos

from edgecv.ondevice import images
from edgecv.ondevice.predictor import Predicted, Predictor, load
from edgecv.ondevice.statistics import interval
from edgecv.records.artifact import MANIFEST, Manifest, Tensor, artifact_digest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.preprocess import Preprocess

SIDE, CLASSES, PHOTOS, ROUNDS, CANDIDATES, NMS_IOU = 640, 80, 8, 7, 100, 0.7
OUTSIDE, LOOP = 0.5, 1.0
LETTERBOX = Preprocess((SIDE, SIDE), "letterbox")

Took = tuple[float, float, int]  # of one photo: the whole way and the runtime's part in milliseconds, objects
Loop = Callable[[list[Path]], list[Took]]


def main() -> int:
    work = Path(sys.argv[1])
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.environ["EDGECV_DATA"]) / "imagenet_samples"
    contents = [content for kind in photos(folder, PHOTOS).values() for content in kind]
    files = written(work / "photos", contents)
    model = exported(work, files)
    artifact = described(model, work / "artifact")
    threshold = where_candidates_pass(artifact, files)
    theirs = loop_of_ultralytics(model, threshold)
    with load(artifact, threads=1, postprocess={"score_threshold": threshold}) as predictor:
        cases = {"as shipped": compared(partial(ahead, predictor), theirs, files)}
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        cases["one core, one after the other"] = compared(partial(one_by_one, predictor), theirs, files)
    figures: dict[str, Any] = {
        "runtime": "onnxruntime, float32, one thread",
        "photos": len(files),
        "rounds": ROUNDS,
        "score_threshold": threshold,
        "cases": cases,
        "limits": {"outside": OUTSIDE, "loop": LOOP},
        "within": {
            f"{case}: {bar}": each[bar]["median"] <= limit
            for case, each in cases.items()
            for bar, limit in (("outside", OUTSIDE), ("loop", LOOP))
        },
    }
    print(json.dumps(figures, indent=1))
    print(write_result("ultralytics_loop", figures))
    return 0 if all(figures["within"].values()) else 1


def compared(ours: Loop, theirs: Loop, files: list[Path]) -> dict[str, Any]:
    ours(files), theirs(files)
    rounds = [(ours(files), theirs(files)) for _ in range(ROUNDS)]
    # Without the first photo of a round: it carries what the start of a stream costs.
    mine, others = (np.array([each[side][1:] for each in rounds]).reshape(-1, 3) for side in (0, 1))
    return {
        "edgecv": told(mine),
        "ultralytics": told(others),
        "outside": ratio(mine[:, 0] - mine[:, 1], others[:, 0] - others[:, 1]),
        "loop": ratio(mine[:, 0], others[:, 0]),
    }


def exported(work: Path, files: list[Path]) -> Path:
    """With random weights, but normalised by the photos: else nothing would be left of them in the last layers."""
    model = work / "yolo11n.onnx"
    if not model.exists():
        import torch
        from ultralytics import YOLO

        torch.manual_seed(0)
        yolo = YOLO("yolo11n.yaml")
        pixels = np.stack([images.read(file, LETTERBOX)[0] for file in files]).transpose(0, 3, 1, 2)
        for module in yolo.model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None  # an average over all that it has seen
        with torch.no_grad():
            yolo.model.train()(torch.from_numpy(np.ascontiguousarray(pixels)).float() / 255)
        Path(yolo.export(format="onnx", imgsz=SIDE, simplify=False, device="cpu")).replace(model)
    return model


def described(model: Path, folder: Path) -> Path:
    """An artifact of a file that edgecv has not made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.read_bytes())
    cells = sum((SIDE // stride) ** 2 for stride in (8, 16, 32))
    boxes = {"output": "output0", "format": "center_xywh", "unit": "pixels", "channels": [0, 3]}
    scores = {"output": "output0", "activation": "none", "channels": [4, 3 + CLASSES], "background": "none"}
    manifest = Manifest(
        name="yolo11n",
        task="detection",
        target="onnx",
        precision="float32",
        labels=tuple(str(number) for number in range(CLASSES)),
        preprocess=LETTERBOX,
        postprocess={
            "head": "decoded",
            "order": "channels_first",
            "boxes": boxes,
            "scores": {**scores, "objectness": None},
            "nms_iou": NMS_IOU,
            "max_detections": 300,
        },
        inputs=(Tensor("images", "images", (1, 3, SIDE, SIDE), "float32", "nchw"),),
        outputs=(Tensor("output0", "output0", (1, 4 + CLASSES, cells), "float32"),),
        model="model.onnx",
        files={"model.onnx": digest_of_file(folder / "model.onnx")},
    )
    manifest = dataclasses.replace(manifest, digests={"artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return folder


def written(folder: Path, contents: list[bytes]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:02d}.jpg" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def where_candidates_pass(artifact: Path, files: list[Path]) -> float:
    with load(artifact, postprocess={"score_threshold": 0.0}) as predictor:
        weakest = [np.sort(scores, axis=None)[-CANDIDATES] for scores in all_scores(predictor, files)]
    return float(np.median(weakest))


def all_scores(predictor: Predictor, files: list[Path]) -> Iterator[np.ndarray]:
    for file in files:
        pixels, _ = images.read(file, predictor.manifest.preprocess)
        raw = predictor.engine.invoke(predictor.engine.encode(pixels[None]))
        yield predictor.engine.decode(raw)["output0"][0, 4:]


def ahead(predictor: Predictor, files: list[Path]) -> list[Took]:
    """As `edgecv predict` and a bundle take the images of a folder."""
    return taken(predictor.predict_all(files))


def one_by_one(predictor: Predictor, files: list[Path]) -> list[Took]:
    return taken(chain.from_iterable(predictor.predict_all([file]) for file in files))


def taken(coming: Iterator[Predicted]) -> list[Took]:
    took, start = [], time.perf_counter()
    for predicted in coming:
        whole = time.perf_counter() - start
        took.append((whole * 1000, predicted.invoke_ms, len(predicted.prediction.boxes)))
        start = time.perf_counter()
    return took


def loop_of_ultralytics(model: Path, threshold: float) -> Loop:
    import onnxruntime
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(1)
    opened = onnxruntime.InferenceSession

    def on_one_thread(file: str, options: Any, **more: Any) -> Any:
        """Left alone, it would start one for each core of the machine, of which this process has one."""
        options = options or onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return opened(file, options, **more)

    onnxruntime.InferenceSession = on_one_thread
    yolo = YOLO(str(model), task="detect")
    settings: dict[str, Any] = {"imgsz": SIDE, "conf": threshold, "iou": NMS_IOU, "max_det": 300}
    settings |= {"device": "cpu", "verbose": False}

    def loop(files: list[Path]) -> list[Took]:
        took, start = [], time.perf_counter()
        # A folder: of a list of files it would make one batch.
        for result in yolo.predict(files[0].parent, stream=True, **settings):
            took.append(((time.perf_counter() - start) * 1000, float(result.speed["inference"]), len(result.boxes)))
            start = time.perf_counter()
        return took

    return loop


def told(taken: np.ndarray) -> dict[str, float]:
    outside = taken[:, 0] - taken[:, 1]
    names = ("loop_p50_ms", "invoke_p50_ms", "outside_p50_ms", "objects")
    return {
        name: round(float(np.median(each)), 2)
        for name, each in zip(names, (taken[:, 0], taken[:, 1], outside, taken[:, 2]), strict=True)
    }


def ratio(mine: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    ratios = mine / others
    ends = interval(ratios, 0.5)
    return {"median": round(float(np.median(ratios)), 3), "ci95": ends and [round(end, 3) for end in ends]}


if __name__ == "__main__":
    sys.exit(main())
