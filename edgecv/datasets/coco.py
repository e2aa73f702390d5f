"""COCO: images and their boxes in one JSON file a split. Detection only: the outlines beside the boxes are not read.

The file is `annotations/instances_SPLIT.json`, also with a year behind it as the publishers have it (`train2017`), or
`SPLIT/_annotations.coco.json` beside its images. Images lie in `SPLIT/`, `images/SPLIT/`, `images/`, or in the folder
itself. Category ids are any numbers; labels are the names of training's categories in the order of their ids. A region
that is marked as a crowd is no single object and left out, which a run says.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from edgecv.datasets import boxes, files, headers, splits
from edgecv.datasets.boxes import Drawn, Picture
from edgecv.datasets.coco_json import Image, Object, read_instances
from edgecv.datasets.faults import Faults, unknown_label
from edgecv.datasets.found import Found
from edgecv.datasets.options import one_of, refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("detection",)
FAULTS: tuple[str, ...] = (
    *("missing_files", "unreadable_images", "malformed_annotations", "unknown_labels", "invalid_boxes"),
    *("invalid_numbers", "duplicate_names"),
)
OPTIONS = (*splits.OPTIONS, "labels", "crowd", *FAULTS)
PREFIX = "instances_"


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    path, training = (_json(folder, data, each) for each in (split, "train"))
    instances = read_instances(path, faults)
    named = instances if training == path else read_instances(training, Faults())  # training itself tells of its faults
    labels = words(data.options, "labels") or tuple(named.categories[key] for key in sorted(named.categories))
    keep_crowds = one_of(data.options, "crowd", ("drop", "keep")) == "keep"
    crowds = [each for each in instances.objects if each.crowd and not keep_crowds]
    objects = [each for each in instances.objects if keep_crowds or not each.crowd]

    members = splits.members(instances.images, data, split)
    images = _images(folder, path, [each.file_name for each in members], faults)
    seen = headers.sized(images, faults)
    drawn = _drawn(objects, members, instances.categories, labels, path, faults)
    pictures = [
        Picture(each.file_name, images[each.file_name], seen[each.file_name], drawn[each.id], path, each.declared)
        for each in members
        if each.file_name in seen
    ]
    regions = "region of a crowd" if len(crowds) == 1 else "regions of crowds"
    notes = (f"{len(crowds)} {regions} left out, first {path}: {crowds[0].where}",) if crowds else ()
    return boxes.samples(pictures, labels, faults, (*splits.notes(data, split), *notes))


def found_in(folder: Path) -> Found | None:
    candidates = [*folder.glob(f"annotations/{PREFIX}*.json"), *folder.glob("*/_annotations.coco.json")]
    return Found(f"{sorted(candidates)[0].relative_to(folder)} is there", TASKS) if candidates else None


def _json(folder: Path, data: Data, split: str) -> Path:
    candidates = []
    for name in splits.sources(data, split):
        with_year = sorted(folder.glob(f"annotations/{PREFIX}{name}20[0-9][0-9].json"))
        of_name = (f"annotations/{PREFIX}{name}.json", f"annotations/{name}.json", f"{name}/_annotations.coco.json")
        candidates += [*(folder / each for each in of_name), *with_year[-1:], folder / f"{name}.json"]
    return splits.place(split, "a JSON file", candidates)


def _images(folder: Path, path: Path, names: list[str], faults: Faults) -> dict[str, Path]:
    home = _home(folder, path, names)
    found = {}
    for name in names:
        image = files.inside(home, name)
        if image is None:
            faults.add("unsafe_paths", path, f"file_name: expected a file inside the data's folder, got '{name}'")
        elif not files.is_file(image):
            faults.add("missing_files", image, f"no such image, but {path.name} lists '{name}'")
        else:
            found[name] = image
    return found


def _home(folder: Path, path: Path, names: list[str]) -> Path:
    """The folder that holds the first of the images that any of the usual folders holds."""
    split = path.stem.removeprefix(PREFIX)
    homes = [path.parent] if path.stem == "_annotations.coco" else []
    homes += [folder / each for each in (split, f"images/{split}", "images", "")]
    for name in names:
        for home in homes:
            if (image := files.inside(home, name)) and files.is_file(image):
                return home
    return homes[0]


def _drawn(
    objects: Iterable[Object],
    members: Iterable[Image],
    categories: Mapping[int, str],
    labels: tuple[str, ...],
    path: Path,
    faults: Faults,
) -> dict[int, list[Drawn]]:
    """What is drawn into each of the images, by their ids."""
    drawn: dict[int, list[Drawn]] = {each.id: [] for each in members}
    for each in objects:
        if each.image not in drawn:
            continue
        label = categories[each.category]
        if label in labels:
            drawn[each.image].append(Drawn(each.corners, labels.index(label), path, None, f"{each.where}: box"))
        else:
            faults.add("unknown_labels", path, f"{each.where}: {unknown_label(labels, label)}")
    return drawn
