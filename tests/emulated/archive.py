"""Debian packages for other machines, from the mirror that this one uses.

A private apt keeps its state in a folder of its own; the machine's is never touched, and nothing is installed. Of the
machine's settings it takes where the mirror is, how to reach it, and whose signature is trusted.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SETTINGS = """\
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "{folder}/none";
Dir::Etc::preferences "{folder}/none";
Dir::Etc::preferencesparts "{folder}/none";
Dir::Etc::parts "{folder}/none";
"""


class NotHere(Exception):
    """The emulator cannot be set up on this machine, and why."""


class Mirror(NamedTuple):
    address: str
    keyring: str | None  # None: any key that this machine trusts


def mirror() -> Mirror:
    """Where this machine gets Debian's own packages."""
    release = _os_release()
    if release.get("ID") != "debian" or os.uname().machine != "x86_64":
        raise NotHere(f"it needs Debian on x86_64, this is {release.get('ID', 'unknown')} on {os.uname().machine}")
    suites = {release.get("VERSION_CODENAME"), "stable", "oldstable"}
    line = "$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(SOURCESENTRY)"
    asked = ["apt-get", "indextargets", "--no-release-info", "Created-By: Packages", "--format", line]
    for target in subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines():
        suite, component, address, source = target.split("|")
        if suite in suites and component == "main":
            return Mirror(address, _keyring(Path(source.rpartition(":")[0])))
    raise NotHere("apt knows no mirror of Debian's main archive here")


def _os_release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}


def _keyring(source: Path) -> str | None:
    """What a list of sources says about its key: as a field, or in brackets within the line."""
    found = re.search(r"^[^#]*signed-by\s*[:=][ \t]*(/[^\s\],]+)", source.read_text(), re.IGNORECASE | re.MULTILINE)
    return found and found[1]


def fetch(folder: Path, suite: str, architecture: str, packages: Sequence[str], *, alone: bool = False) -> list[Path]:
    """Download packages into the folder, with all that they need or `alone`; their files."""
    here = folder.absolute()
    address, keyring = mirror()
    for needed in ("state/lists/partial", "cache/archives/partial", "none"):
        (here / needed).mkdir(parents=True)
    (here / "status").touch()
    trust = f"[signed-by={keyring}] " if keyring else ""
    (here / "sources.list").write_text(f"deb {trust}{address} {suite} main\n")
    (here / "apt.conf").write_text(SETTINGS.format(architecture=architecture, folder=here) + _ways())
    environment = {**os.environ, "APT_CONFIG": str(here / "apt.conf")}
    _apt(environment, here, "update", "--error-on=any")
    if alone:
        _apt(environment, here, "download", *packages)
        return sorted(here.glob("*.deb"))
    _apt(environment, here, "install", "--yes", "--download-only", "--no-install-recommends", *packages)
    return sorted(here.glob("cache/archives/*.deb"))


def _ways() -> str:
    """The machine's proxies, certificates and the like, as settings."""
    dumped = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True).stdout
    return "".join(line + "\n" for line in dumped.splitlines() if line.startswith(("Acquire::http", "Acquire::Check")))


def _apt(environment: dict[str, str], folder: Path, *arguments: str) -> None:
    command = ["apt-get", "--quiet=2", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
