"""TensorRT files without TensorRT: what passes the lint and NVIDIA's RTX compiler; whether violations are refused.

`python benchmarks/tensorrt_files.py FOLDER...` takes runs or folders of artifacts, looks at every TensorRT artifact in
them, seeds eight violations into each int8 one, and writes results/tensorrt_files.json, with `edgecv[tensorrt-rtx]`.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import onnx
from circumstances import write_result

sys.path.insert(0, str(Path(__file__).parent.parent))

from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.recipe import Precision
from edgecv.targets.tensorrt.compile_check import compile_check, missing
from edgecv.targets.tensorrt.lint import lint
from tests.targets.tensorrt_faults import EIGHT, FAULTS, seed

VERSIONS = ("8.4.1", "8.5.2", "8.6.2", "10.3.0", "10.16.2", "11.4.1")


def sound(artifact: Artifact) -> dict[str, Any]:
    """What lint and compiler say of an artifact as it is."""
    manifest, start = artifact.manifest, time.perf_counter()
    precision: Precision = artifact.build.precision
    complaints = {version: lint(artifact.model_file, precision, version) for version in VERSIONS}
    linted = time.perf_counter()
    compiled = compile_check(artifact.model_file, precision)
    return {
        "artifact": manifest.name,
        "task": manifest.task,
        "precision": precision,
        "digest": manifest.digests["artifact"],
        "complaints": {version: said for version, said in complaints.items() if said},
        "refused_by_compiler": compiled.refused,
        "compiler": f"tensorrt-rtx {compiled.version}",
        "lint_s": round((linted - start) / len(VERSIONS), 2),
        "compile_s": round(time.perf_counter() - linted, 2),
    }


def violated(artifact: Artifact, scratch: Path) -> list[dict[str, Any]]:
    """What is said of the artifact's file with each violation in it. The compiler's word is for comparison only."""
    model, broken = onnx.load(artifact.model_file), scratch / "broken.onnx"
    rows = []
    for name in EIGHT:
        fault = FAULTS[name]
        try:
            onnx.save(seed(model, fault), broken)
        except StopIteration:  # it takes an operator that this network lacks
            continue
        said = [each for each in lint(broken, "int8", fault.version) if re.search(fault.says, each)]
        compiler = compile_check(broken, "int8").refused
        rows.append(
            {
                "artifact": artifact.manifest.name,
                "violation": name,
                "said": said[0] if said else "",
                "refused_by_compiler": compiler,
            }
        )
    return rows


def main(folders: list[str]) -> int:
    if missing():
        sys.exit(f"benchmarks/tensorrt_files.py: {missing()}")
    manifests = sorted(path for folder in folders for path in Path(folder).rglob("tensorrt-*/manifest.json"))
    artifacts = [open_sealed(path.parent) for path in manifests]
    rows = []
    for artifact in artifacts:
        rows.append(sound(artifact))
        faults = [*rows[-1]["complaints"].values(), rows[-1]["refused_by_compiler"]]
        print(f"{artifact.manifest.name:40} {' '.join(map(str, filter(None, faults))) or 'passes'}")
    with tempfile.TemporaryDirectory() as scratch:
        seeded = [row for each in artifacts if each.build.precision == "int8" for row in violated(each, Path(scratch))]
    for row in seeded:
        print(f"{row['violation']:30} {row['said'] or 'NOT REFUSED'}")
    clean = [row for row in rows if not row["complaints"] and not row["refused_by_compiler"]]
    refused = [row for row in seeded if row["said"]]
    passed = bool(rows and seeded) and len(clean) == len(rows) and len(refused) == len(seeded)
    passed = passed and {row["violation"] for row in seeded} == set(EIGHT)
    print(f"{len(clean)} of {len(rows)} files pass; {len(refused)} of {len(seeded)} violations refused")
    figures = {
        "proves": "a list of rules and NVIDIA's RTX compiler take these files; no TensorRT and no GPU has seen them",
        "versions": VERSIONS,
        "files": rows,
        "violations": seeded,
        "passed": passed,
    }
    print(write_result("tensorrt_files", figures))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
