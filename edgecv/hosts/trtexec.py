"""The commands with which `trtexec`, TensorRT's own tool, builds, measures and profiles a plan on a board.

For boards whose Python is too old for edgecv, and for a second opinion. Options change with TensorRT's version; they
were read in the tool's source, github.com/NVIDIA/TensorRT, in the releases 8.0 to 11.1.
"""

import shlex
from collections.abc import Sequence

from edgecv.records.recipe import Precision

PLACE = "/usr/src/tensorrt/bin"  # where JetPack puts it, which is on nobody's PATH
PLAN, TIMES, PROFILE, LAYERS, TIMING = "model.plan", "times.json", "profile.json", "layers.json", "timing.cache"
WARM_UP_MS, SECONDS, FEWEST = 500, 10, 200


def commands(
    version: str, precision: Precision, model: str, *, calibration: str = "", workspace_mb: int = 1024
) -> list[list[str]]:
    """Build, run and profile, in this order; `calibration` is the cache that goes with a float32 file for int8."""
    known = tuple(int(part) for part in version.split(".")[:2])
    build = ["trtexec", f"--onnx={model}", f"--saveEngine={PLAN}", *_precision_flags(known, precision)]
    if calibration:
        build.append(f"--calib={calibration}")
    build.append(f"--memPoolSize=workspace:{workspace_mb}" if known >= (8, 4) else f"--workspace={workspace_mb}")
    build.append(f"--timingCacheFile={TIMING}")
    if known >= (8, 2):
        build += ["--profilingVerbosity=detailed", f"--exportLayerInfo={LAYERS}"]
    build.append("--skipInference" if known >= (8, 6) else "--buildOnly")
    run = ["trtexec", f"--loadEngine={PLAN}", f"--warmUp={WARM_UP_MS}", f"--duration={SECONDS}"]
    run += [f"--iterations={FEWEST}", f"--exportTimes={TIMES}", *_as_before_11(known)]
    profile = ["trtexec", f"--loadEngine={PLAN}", "--dumpProfile", f"--exportProfile={PROFILE}"]
    if known < (11,):  # which always profiles in a run of its own
        profile.append("--separateProfileRun")
    return [build, run, profile]


def shell_lines(those: Sequence[Sequence[str]]) -> str:
    """Commands as a shell takes them, a line each."""
    return "".join(f"{shlex.join(each)}\n" for each in those)


def _as_before_11(version: tuple[int, ...]) -> list[str]:
    """The same is timed in all versions: 11 waits in a busy loop anyway, but leaves out copies and uses graphs."""
    return ["--includeDataTransfers", "--noCudaGraph"] if version >= (11,) else ["--useSpinWait"]


def _precision_flags(version: tuple[int, ...], precision: Precision) -> list[str]:
    """What the engine asks of its builder, too: the types in a float16 file, and no TensorFloat-32."""
    if version >= (11,):  # which reads precisions from the file
        return ["--noTF32"]
    if precision == "float16" and version >= (10,):
        return ["--stronglyTyped", "--noTF32"]
    allowed = {"float32": [], "float16": ["--fp16"], "int8": ["--int8", "--fp16"]}[precision]
    return [*allowed, "--noTF32"]
