"""What is to be built, and where: a JSON file, because the answer comes from another process.

That answer is a draft in the order's folder, or a refusal.
"""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import BY_EXIT_CODE, EdgecvError, InputError
from edgecv.records.artifact import MANIFEST
from edgecv.records.files import write_json
from edgecv.targets import TARGETS
from edgecv.targets.protocol import Spec
from edgecv.targets.rounded import grid_of

REFUSAL = "refusal.json"


@dataclass(frozen=True)
class Order:
    """One build of an exported network."""

    target: str
    spec: Spec
    folder: Path  # for the draft

    @property
    def answered(self) -> bool:
        """Whether there is a draft, whole, or a refusal."""
        return (self.folder / MANIFEST).is_file() or (self.folder / REFUSAL).is_file()

    @property
    def refusal(self) -> EdgecvError | None:
        """Why there is no draft."""
        place = self.folder / REFUSAL
        if not place.is_file():
            return None
        plain = json.loads(place.read_bytes())
        return BY_EXIT_CODE.get(plain["exit_code"], EdgecvError)(plain["message"])

    def refuse(self, error: EdgecvError) -> None:
        """Leave a refusal in the place of a draft."""
        write_json(self.folder / REFUSAL, {"exit_code": error.exit_code, "message": str(error)})


def grids_of(orders: Iterable[Order]) -> list[str]:
    """On which the weights have to be rounded for all of them."""
    grids = {grid_of(order.spec, TARGETS[order.target].GRIDS) for order in orders}
    return sorted(grid for grid in grids if grid)


def write_orders(orders: Sequence[Order], path: Path) -> Path:
    """Write orders for a child process."""
    plain = [
        {"target": order.target, "spec": dataclasses.asdict(order.spec), "folder": str(order.folder)}
        for order in orders
    ]
    return write_json(path, plain)


def read_orders(path: Path) -> list[Order]:
    """Read orders; their paths are taken as they are written."""
    try:
        return [
            Order(each["target"], Spec(**each["spec"]), Path(each["folder"])) for each in json.loads(path.read_bytes())
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a list of builds: {error}") from error
