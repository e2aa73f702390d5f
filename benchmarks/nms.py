"""Non-maximum suppression beside torchvision's, with identical kept sets.

`python benchmarks/nms.py` takes 1200 and 8400 candidates, all of one class and spread evenly over 80, as detectors give
them: round 20 objects, round 200, and without any object, all over the picture. Both suppress all of them in turns, on
one thread. The result is the median of the ratios of neighbours, with its 95 % interval, in results/nms.json; exit
code 1 says that a bar is missed. Without torchvision its part is left out, and said to be.
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from circumstances import write_result

from edgecv.ondevice.nms import suppress
from edgecv.ondevice.statistics import interval

LIMIT, ROUNDS, IOU, SIDE, CLASSES = 1.0, 41, 0.6, 640, 80
COUNTS, OBJECTS = (1200, 8400), {"20 objects": 20, "200 objects": 200, "no objects": 0}

Candidates = tuple[np.ndarray, np.ndarray, np.ndarray]  # boxes, scores, classes; best first


def main() -> int:
    has_torchvision = importlib.util.find_spec("torchvision") is not None
    if not has_torchvision:
        print("torchvision is not installed, so its part is left out: pip install torch torchvision")
    cases: dict[str, Any] = {}
    for count in COUNTS:
        for classes, spread in ((1, "one class"), (CLASSES, f"{CLASSES} classes")):
            for scene, objects in OBJECTS.items():
                name = f"{count} candidates, {spread}, {scene}"
                cases[name] = compared(candidates(count, classes, objects), has_torchvision)
                print(name, cases[name])
    within = {name: each["ratio"] <= LIMIT and each["same_kept"] for name, each in cases.items() if has_torchvision}
    figures = {"iou": IOU, "rounds": ROUNDS, "cases": cases, "limit": LIMIT, "within": within}
    print(write_result("nms", figures))
    return 0 if all(within.values()) else 1


def candidates(count: int, classes: int, objects: int) -> Candidates:
    """Boxes that miss their object by a tenth of its size and are a sixth too large or too small; or any boxes."""
    rng = np.random.default_rng(0)
    centres, sides = rng.uniform(0, SIDE, (objects or count, 2)), rng.uniform(8, 200, (objects or count, 2))
    if objects:
        which = rng.integers(0, objects, count)
        centres = centres[which] + rng.normal(0, 0.1, (count, 2)) * sides[which]
        sides = sides[which] * np.exp(rng.normal(0, 0.15, (count, 2)))
    boxes = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1).astype(np.float32)
    scores = -np.sort(-rng.random(count, dtype=np.float32))
    return boxes, scores, rng.permutation(np.arange(count) % classes)


def compared(found: Candidates, has_torchvision: bool) -> dict[str, Any]:
    boxes, scores, classes = found
    ours = partial(suppress, boxes, classes, IOU, len(boxes))
    told: dict[str, Any] = {"kept": len(ours())}
    if not has_torchvision:
        return told | {"p50_ms": round(float(np.median([milliseconds(ours) for _ in range(ROUNDS)])), 3)}
    import torch
    from torchvision.ops import batched_nms

    torch.set_num_threads(1)
    tensors = [torch.from_numpy(each) for each in (boxes, scores, classes)]
    theirs = partial(batched_nms, *tensors, IOU)
    same = np.array_equal(np.sort(theirs().numpy()), ours())
    taken = np.array([(milliseconds(ours), milliseconds(theirs)) for _ in range(ROUNDS)])
    ratios = taken[:, 0] / taken[:, 1]
    ends = interval(ratios, 0.5)
    return told | {
        "same_kept": bool(same),
        "p50_ms": round(float(np.median(taken[:, 0])), 3),
        "torchvision_p50_ms": round(float(np.median(taken[:, 1])), 3),
        "ratio": round(float(np.median(ratios)), 3),
        "ratio_ci95": ends and [round(end, 3) for end in ends],
    }


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
