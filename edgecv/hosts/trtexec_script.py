"""A shell script that builds, times and profiles a plan on a board with `trtexec`, and notes the state of the board.

For boards that run no edgecv code, so it needs a POSIX shell and what every Linux has. It notes the kernel's small
files under the paths that they have, before and after the run: `edgecv.ondevice.probes` reads such a folder as it reads
`/`. Nothing on the board is set or changed, and nobody has to be root.
"""

from edgecv.hosts.trtexec import LAYERS, PLACE, PLAN, PROFILE, TIMES, TIMING, commands, shell_lines
from edgecv.ondevice.probes.clocks import GPUS
from edgecv.records.recipe import Precision

BEFORE, AFTER = "before", "after"  # folders of what was noted
LOG, TEGRASTATS, GPU_CLOCK, MODEL_DIGEST, TAKEN_AT = (
    "run.log",
    "tegrastats.log",
    "gpu_hz.log",
    "model.sha256",
    "taken_at",
)

CPU, THERMAL, HWMON = "/sys/devices/system/cpu", "/sys/class/thermal", "/sys/class/hwmon"
NOTED = (  # patterns of the shell, of what the probes read
    *(f"/proc/{name}" for name in ("device-tree/model", "cpuinfo", "stat", "loadavg", "uptime", "meminfo")),
    *("/proc/sys/kernel/arch", "/proc/sys/kernel/osrelease", "/proc/pressure/cpu"),
    *("/etc/nv_tegra_release", "/etc/nvpmodel.conf", "/var/lib/nvpmodel/status"),
    *("/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"),
    f"{CPU}/cpu[0-9]*/cpufreq/scaling_governor",
    f"{CPU}/cpu[0-9]*/cpufreq/scaling_*_freq",
    f"{CPU}/cpu[0-9]*/thermal_throttle/*_count",
    *(f"{THERMAL}/thermal_zone*/{name}" for name in ("type", "temp")),
    *(f"{THERMAL}/cooling_device*/{name}" for name in ("type", "cur_state")),
    *(
        f"{HWMON}/hwmon*/{name}"
        for name in ("name", "in[123]_label", "in[123]_input", "curr[123]_input", "oc*_event_cnt")
    ),
    "/sys/bus/i2c/devices/*/iio[:_]device*/rail_name_*",
    "/sys/bus/i2c/devices/*/iio[:_]device*/in_power*_input",
    "/sys/class/devfreq/*/cur_freq",
)

TEXT = r"""#!/bin/sh
# On a board with TensorRT {version}: build the plan, time it, profile its layers, and note the state of the board.
#
#   sh trtexec.sh [FOLDER]                                    FOLDER, ./trtexec by itself, gets the results
#   edgecv bench ARTIFACT --device NAME --trtexec FOLDER      then, where edgecv is installed: the measurement
#
# It sets nothing. For the highest clocks, before it: sudo nvpmodel -m MODE; sudo jetson_clocks
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p -- "${{1:-trtexec}}"
cd -- "${{1:-trtexec}}"
[ -z "$(ls -A)" ] || [ -f {digest} ] || {{ echo "trtexec.sh: the results need a folder of their own" >&2; exit 2; }}
PATH="$PATH:{place}"
command -v trtexec > /dev/null || {{ echo "trtexec.sh: no trtexec on PATH or in {place}" >&2; exit 4; }}

note() {{  # the board at this moment: small files of the kernel's, under the paths that they have
    for file in {noted}; do
        [ -r "$file" ] || continue
        mkdir -p "$1$(dirname "$file")"
        cat "$file" > "$1$file" 2> /dev/null || rm -f "$1$file"  # a sensor that is switched off cannot be read
    done
}}

run() {{  # a command of trtexec's, with its talk in a file that is shown when it fails
    log=$1; shift
    "$@" > "$log" 2>&1 && return
    tail -n 20 "$log" >&2
    echo "trtexec.sh: it failed; all that it said is in $(pwd)/$log" >&2
    exit 1
}}

rm -rf {before} {after}
rm -f {results}  # of an earlier run
ln -sf "$here/{model}" {model}
trap 'rm -f {model} {plan} {timing}' EXIT
sha256sum {model} | cut -d' ' -f1 > {digest}

# Plans are kept for the next time, by the file, TensorRT, the GPU, the options and the power mode.
umask 077
kept=${{EDGECV_CACHE:-${{XDG_CACHE_HOME:-$HOME/.cache}}/edgecv}}/tensorrt
mkdir -p "$kept"
[ -O "$kept" ] || {{ echo "trtexec.sh: plans are program code: expected $kept to be yours" >&2; exit 3; }}
key=$({{
    set +e  # what is not there has no part in the key
    cat {digest}; sha256sum "$(command -v trtexec)"; ls /usr/lib/*/libnvinfer.so.*; cat /proc/device-tree/model
    nvidia-smi -L; grep -o 'pmode:[0-9]*' /var/lib/nvpmodel/status; echo {build_quoted}
}} 2> /dev/null | sha256sum | cut -c1-32)
kept=$kept/$key.trtexec
if ! {{ [ -f "$kept" ] && [ "$(sha256sum < "$kept")" = "$(cat "$kept.sha256")" ]; }} 2> /dev/null; then
    echo "TensorRT builds its plan for this GPU; that takes minutes, once"
    rm -f {plan}
    run build.log {build}
    sha256sum < {plan} > "$kept.sha256"
    mv {plan} "$kept"
fi
ln -sf "$kept" {plan}

# Once a second beside the run: what tegrastats tells, and the clock of the GPU, which it does not always tell.
watchers=
trap 'exit 130' INT  # some shells leave the other trap out when a signal ends them
trap 'exit 129' HUP
trap 'exit 143' TERM
trap 'kill $watchers 2> /dev/null || true; rm -f {model} {plan} {timing}' EXIT
if command -v tegrastats > /dev/null; then
    tegrastats --interval 1000 > {tegrastats} 2> /dev/null &
    watchers="$watchers $!"
fi
for clock in {gpu_clocks}; do
    [ -r "$clock" ] || continue
    while cat "$clock"; do sleep 1; done > {gpu_clock} 2> /dev/null &
    watchers="$watchers $!"
    break
done
date -u +%Y-%m-%dT%H:%M:%S+00:00 > {taken_at}
note {before}
run {log} {time}
note {after}
kill $watchers 2> /dev/null || true

# These times are no latency: profiling slows what it looks at.
run profile.log {profile}
echo "$(pwd)"
"""


def script(version: str, precision: Precision, model: str) -> str:
    """The script that goes beside an ONNX file, for a TensorRT of this version."""
    build, time, profile = (shell_lines([command]).strip() for command in commands(version, precision, model))
    return TEXT.format(
        version=version,
        place=PLACE,
        noted=" \\\n        ".join(NOTED),
        before=BEFORE,
        after=AFTER,
        results=" ".join((TIMES, PROFILE, LAYERS, LOG, "build.log", "profile.log", TEGRASTATS, GPU_CLOCK, TAKEN_AT)),
        model=model,
        plan=PLAN,
        timing=TIMING,
        digest=MODEL_DIGEST,
        build=build,
        build_quoted=shell_lines([[build]]).strip(),
        tegrastats=TEGRASTATS,
        gpu_clock=GPU_CLOCK,
        gpu_clocks=" ".join(f"/sys/class/devfreq/*{name}*/cur_freq" for name in GPUS),
        taken_at=TAKEN_AT,
        log=LOG,
        time=time,
        profile=profile,
    )
