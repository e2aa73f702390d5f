"""The data stage: the splits of a recipe's data set, opened but not read."""

from dataclasses import dataclass

from edgecv import datasets
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples


@dataclass(frozen=True)
class Splits:
    train: Samples
    val: Samples
    test: Samples

    @property
    def digests(self) -> dict[str, str]:
        return {"train": self.train.digest, "val": self.val.digest, "test": self.test.digest}


def open_splits(recipe: Recipe) -> Splits:
    train, val, test = (datasets.load(recipe.data, recipe.task, split) for split in ("train", "val", "test"))
    return Splits(train, val, test)
