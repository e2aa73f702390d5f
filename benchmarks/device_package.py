"""How large the device side is, and what a prediction imports from outside the standard library.

`python benchmarks/device_package.py RUN_FOLDER` writes results/device_package.json.
"""

import json
import sys
import tempfile
from pathlib import Path

from circumstances import write_result

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.ondevice.device_package import ALLOWED, RUNTIME, modules_of_a_prediction, write_zip


def main() -> int:
    run_folder = Path(sys.argv[1])
    photo = sorted((run_folder / "pictures").glob("*.png"))[0]
    with tempfile.TemporaryDirectory() as scratch:
        zipped = write_zip(Path(scratch) / "edgecv.zip")
        size = zipped.stat().st_size
        imported = {
            name: sorted(modules_of_a_prediction(zipped, run_folder / "artifacts" / f"{name}-int8", photo))
            for name in RUNTIME
        }
    surplus = {name: sorted(set(modules) - ALLOWED - RUNTIME[name]) for name, modules in imported.items()}
    figures = {
        "zipped_bytes": size,
        "imported_by_a_prediction": imported,
        "imported_but_not_allowed": surplus,
    }
    print(json.dumps(figures, indent=1))
    print(write_result("device_package", figures))
    return 1 if any(surplus.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
