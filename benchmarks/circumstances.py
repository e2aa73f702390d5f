"""What every result file says about where it was measured, and how it is written."""

import datetime
import os
import platform
from pathlib import Path
from typing import Any

from edgecv.ondevice import probes
from edgecv.pipeline.keys import tool_versions
from edgecv.records.files import write_json

RESULTS = Path(__file__).parent / "results"
TOOLS = (
    *("edgecv", "numpy", "pillow", "opencv-python-headless"),
    *("tensorflow-cpu", "keras", "openvino", "onnxruntime", "ai-edge-litert"),
)


def write_result(name: str, figures: dict[str, Any]) -> Path:
    """Write benchmarks/results/NAME.json: the figures beside the machine and the versions they belong to."""
    circumstances = {
        "taken_on": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "cpu": probes.cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_at_end": [round(each, 2) for each in os.getloadavg()],
        "tools": tool_versions(*TOOLS),
    }
    return write_json(RESULTS / f"{name}.json", {**figures, "circumstances": circumstances})
