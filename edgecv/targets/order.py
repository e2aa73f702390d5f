"""What is to be built, and where: a JSON file, because the answer comes from another process."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import InputError
from edgecv.records.files import write_json
from edgecv.targets.protocol import Spec


@dataclass(frozen=True)
class Order:
    """One build of an exported network."""

    target: str
    spec: Spec
    folder: Path  # for the draft


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
