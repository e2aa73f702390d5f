"""`edgecv doctor`: what is installed, what clashes, and what to type to mend it."""

import dataclasses
import platform
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

import click

import edgecv
from edgecv.cli.output import print_json, table
from edgecv.cli.requirements import (
    Clash,
    Finding,
    Machine,
    clashes,
    examine,
    installed_versions,
    mend,
    state_of,
    this_machine,
)
from edgecv.errors import Unavailable
from edgecv.hosts.versions import versions
from edgecv.records.device import DeviceProfile

HEADER = ("for", "package", "expected", "installed", "state")


@click.command("doctor")
@click.option("--device", metavar="NAME", help="Look for the runtimes of this device profile, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(device: str | None, as_json: bool) -> None:
    """What is installed, what clashes, and what to type to mend it.

    What is missing is no fault as long as nothing asks for it. Exit code 4: something clashes, has the wrong version,
    or the device asked for has no runtime here.

    \b
    Examples:
      edgecv doctor
      edgecv doctor --device local
      edgecv doctor --json
    """
    machine, installed = this_machine(), installed_versions()
    findings, found_clashes = examine(installed, machine), clashes(installed)
    runtimes = _runtimes(device, machine) if device else None
    if as_json:
        print_json(_plain(machine, findings, found_clashes, runtimes))
    else:
        click.echo(_text(machine, findings, found_clashes, runtimes))
    trouble = _trouble(findings, found_clashes, runtimes)
    if trouble:
        raise Unavailable(f"doctor: {trouble}; what to type stands above")


def _runtimes(device: str, machine: Machine) -> dict[str, Any]:
    from edgecv.documents import load_device  # needs numpy, which may be what is broken here

    profile = load_device(device).record
    here = profile.connection is None and profile.arch == machine.arch
    installed = versions(*(runtime.package for runtime in profile.runtimes.values()))
    return {
        "profile": profile.name,
        "arch": profile.arch,
        "here": here,
        "ask": "" if here else _where_to_ask(profile, device, machine),
        "runtimes": [_runtime(profile, target, installed, machine if here else None) for target in profile.runtimes],
    }


def _where_to_ask(profile: DeviceProfile, device: str, machine: Machine) -> str:
    if profile.connection:
        return f"{profile.name} is a board behind ssh: ask it, with: edgecv devices {shlex.quote(device)} --check"
    machines = f"{profile.arch}, this one is {machine.arch}"
    return f"{profile.name} is another machine ({machines}): ask there, with: edgecv doctor --device {profile.name}"


def _runtime(
    profile: DeviceProfile, target: str, installed: Mapping[str, str], machine: Machine | None
) -> dict[str, Any]:
    runtime = profile.runtimes[target]
    plain = {"target": target, "package": runtime.package, "expected": runtime.versions}
    if machine is None:
        return {**plain, "installed": None, "state": "not here", "mend": ""}
    state = state_of((runtime.package, runtime.versions), installed)
    cure = mend(runtime.package, runtime.versions, state, machine)
    return {**plain, "installed": installed.get(runtime.package), "state": state, "mend": cure}


def _trouble(findings: list[Finding], found: list[Clash], device: dict[str, Any] | None) -> str:
    wrong = [each.package for each in findings if each.state == "wrong version"]
    wrong += [each.package for each in findings if each.state == "missing" and each.serves == "everything"]
    wrong += [f"{each.one[0]} with {each.other[0]}" for each in found]
    if wrong:
        return f"to mend: {', '.join(wrong)}"
    if device and device["here"] and not any(each["state"] == "ok" for each in device["runtimes"]):
        return f"none of the runtimes of {device['profile']} is installed"
    return ""


def _plain(
    machine: Machine, findings: list[Finding], found: list[Clash], device: dict[str, Any] | None
) -> dict[str, Any]:
    plain = {
        "edgecv": edgecv.__version__,
        "python": platform.python_version(),
        "machine": {"system": platform.system(), **dataclasses.asdict(machine)},
        "packages": [dataclasses.asdict(each) for each in findings],
        "clashes": [
            {"packages": [each.one[0], each.other[0]], "because": each.because, "mend": each.mend} for each in found
        ],
    }
    return {**plain, "device": device} if device else plain


def _text(machine: Machine, findings: list[Finding], found: list[Clash], device: dict[str, Any] | None) -> str:
    system = f"{platform.system()} {machine.arch}" + (f", glibc {machine.glibc}" if machine.glibc else "")
    rows = [(each.serves, each.package, each.expected, each.installed, each.state) for each in findings]
    blocks = [f"edgecv {edgecv.__version__}, Python {platform.python_version()}, {system}", table([HEADER, *rows])]
    blocks += [f"{each.one[0]} with {each.other[0]}: {each.because}\n  {each.mend}" for each in found]
    blocks += _cures((each.package, each.mend) for each in findings)
    return "\n\n".join([*blocks, *(_device_text(device) if device else [])])


def _cures(findings: Iterable[tuple[str, str]]) -> list[str]:
    """What to type, once for all the packages that it mends; a list of one block, or of none."""
    packages: dict[str, list[str]] = {}
    for package, cure in findings:
        if cure:
            packages.setdefault(cure, []).append(package)
    return ["\n".join(f"{', '.join(those)}: {cure}" for cure, those in packages.items())] if packages else []


def _device_text(device: dict[str, Any]) -> list[str]:
    runtimes = device["runtimes"]
    rows = [tuple(each[name] for name in ("target", *HEADER[1:])) for each in runtimes]
    blocks = [f"{device['profile']}:\n{table([('target', *HEADER[1:]), *rows])}"]
    if not device["here"]:
        blocks.append(device["ask"])
    return blocks + _cures((each["package"], each["mend"]) for each in runtimes)
