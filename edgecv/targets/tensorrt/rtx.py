"""`python -m edgecv.targets.tensorrt.rtx FILE PRECISION ANSWER`: the child process in which the RTX compiler works.

It writes why the compiler refuses the file; nothing when it accepts it.
"""

import sys
from pathlib import Path

from edgecv.errors import Unavailable
from edgecv.ondevice.child import answer
from edgecv.ondevice.engines.tensorrt_plan import Refused, listener, network_flags, parse, reason
from edgecv.records.files import write_whole

TARGET = "SM86"  # of all that it compiles for, the nearest to a Jetson Orin, which is 8.7


def main(file: str, precision: str, out: str) -> int:
    return answer(lambda: _write(Path(out), _refusal(Path(file).read_bytes(), precision)))


def _write(out: Path, refusal: str) -> None:
    write_whole(out, refusal.encode())


def _refusal(onnx: bytes, precision: str) -> str:
    try:
        import tensorrt_rtx as trt
    except ImportError as error:  # installed, but built for another system
        raise Unavailable(f"tensorrt-rtx does not load: {error}; mend it, or uninstall it") from error
    log = listener(trt)
    builder = trt.Builder(log)
    network = builder.create_network(network_flags(trt, precision))
    try:
        parse(trt, log, network, onnx)
    except Refused as refused:
        return _without_driver_talk(str(refused))
    config = builder.create_builder_config()
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(trt.ComputeCapability, TARGET), 0)
    plan = builder.build_serialized_network(network, config)
    return "" if plan is not None else _without_driver_talk(reason(log))


def _without_driver_talk(said: str) -> str:
    """Where there is no driver, its absence is told along with every other error, and is never the cause."""
    return said.split("cudaError 35")[0].rstrip(" :;,.([") or "it gives no reason"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
