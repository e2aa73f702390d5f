"""A board on loopback: a real sshd of our own, whose logins end up in a folder with a home, a Python and packages.

What a test needs of it is on PATH: a `ssh` that reads the board's configuration and no other, as ssh takes that from
the account and not from HOME.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edgecv.ondevice import probes

INSTALLED = Path(np.__file__).parent.parent
PACKAGES = ("numpy", "PIL", "pillow", "onnxruntime")
START_S = 10.0

SSHD = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/hostkey
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
# Only because the folders of tests lie below one that all may write.
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding no
MaxStartups 100
ForceCommand {folder}/login
"""
# `$SSH_ORIGINAL_COMMAND` goes through a shell, as the login shell of a board does it.
LOGIN = """\
#!/bin/sh
cd {folder}/home && . {folder}/rc
exec env -i HOME={folder}/home PATH={folder}/bin:/usr/bin:/bin TMPDIR={folder}/tmp PYTHONPATH={folder}/site \\
  /bin/sh -c "$SSH_ORIGINAL_COMMAND"
"""
PYTHON = """\
#!/bin/sh
exec {python} -S "$@"
"""
CLIENT = """\
Host {name}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
"""
SSH = """\
#!/bin/sh
exec {ssh} -F {folder}/config "$@"
"""
PROFILE = """\
summary: A board on loopback
vendor: any
arch: {arch}
cpu: {{model: any, cores: {cores}}}
memory_mb: 1024
runtimes:
  onnx: {{package: onnxruntime, versions: ">=1.20,<2", precisions: [float32, int8]}}
  tflite: {{package: ai-edge-litert, versions: ">=2.1,<3", precisions: [float32, int8]}}
connection: {{ssh: {name}}}
"""


def missing() -> str | None:
    """Why there can be no such board here."""
    if not sshd():
        return "sshd is not installed: apt-get install openssh-server"
    return None if shutil.which("ssh") else "ssh is not installed: apt-get install openssh-client"


def sshd() -> str | None:
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class LoopbackBoard:
    folder: Path
    name: str = "board"
    port: int = 0
    _sshd: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def profile(self) -> Path:
        return self.folder / f"{self.name}.yaml"

    @property
    def cache(self) -> Path:
        """Where the board keeps what it is sent."""
        return self.home / ".cache/edgecv/board"

    @property
    def lease(self) -> Path:
        return self.folder / "tmp/edgecv.lease"

    def sessions(self) -> list[Path]:
        return sorted(self.cache.glob("sessions/*"))

    def on_login(self, script: str) -> None:
        """What the login script does, before the command."""
        (self.folder / "rc").write_text(script)

    def processes(self) -> list[int]:
        """Those that still run there, by the home in their environment."""
        mark = f"HOME={self.home}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:  # another's, or over meanwhile
                continue
        return found

    def leftovers(self) -> list[str]:
        """Whatever a session should have taken away: its files, its lease and its processes."""
        try:
            files = [str(path) for path in self.cache.rglob("*.edgecv-part")]
        except FileNotFoundError as going:  # while we look
            return [str(going)]
        files += [str(path) for path in [*self.sessions(), self.lease] if path.exists()]
        return files + [f"process {pid}" for pid in self.processes()]

    def wait_until_clean(self, patience_s: float = 10.0) -> None:
        until = time.monotonic() + patience_s
        while self.leftovers() and time.monotonic() < until:
            time.sleep(0.05)
        assert self.leftovers() == []

    def clients(self) -> list[int]:
        """The runs of ssh that talk to this board, at this end."""
        mark = str(self.folder / "config").encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if mark in words:
                found.append(int(path.parent.name))
        return found

    def cut(self) -> bool:
        """Kill the runs of ssh that talk to this board."""
        pids = self.clients()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return bool(pids)

    def start(self) -> None:
        if os.geteuid() == 0:  # for root it insists on a folder that the system's own service makes
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command = [str(sshd()), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with (self.folder / "sshd.log").open("ab") as log:
            self._sshd = subprocess.Popen(command, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "sshd.log").read_text())

    def stop(self) -> None:
        """The board is dead: nobody answers, and the lines there are break."""
        if self._sshd:
            self._sshd.terminate()
            self._sshd.wait()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def make_board(folder: Path, name: str = "board", python: str = PYTHON, arch: str = "") -> LoopbackBoard:
    """A board that is ready to be logged in to, and a folder `client` with the `ssh` that knows it."""
    for each in ("home", "bin", "tmp", "site", "client"):
        (folder / each).mkdir(parents=True)
    board = LoopbackBoard(folder, name, _free_port())
    ssh = shutil.which("ssh")
    words = {"folder": folder, "name": name, "port": board.port, "ssh": ssh, "python": sys.executable}
    words |= {"user": _user(), "arch": arch or probes.architecture(), "cores": probes.cores()}
    for each in ("hostkey", "key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / each)]
        subprocess.run(command, check=True)
    shutil.copyfile(folder / "key.pub", folder / "authorized_keys")
    public = " ".join((folder / "hostkey.pub").read_text().split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{board.port} {public}\n")
    for place, text in {"sshd_config": SSHD, "config": CLIENT, f"{name}.yaml": PROFILE, "rc": ""}.items():
        (folder / place).write_text(text.format(**words))
    for place, text in {"login": LOGIN, "bin/python3": python, "client/ssh": SSH}.items():
        (folder / place).write_text(text.format(**words))
        (folder / place).chmod(0o755)
    for package in () if arch else PACKAGES:  # of another processor it has its own
        for path in INSTALLED.glob(f"{package}*"):  # with the libraries that its wheel keeps beside it
            (folder / "site" / path.name).symlink_to(path)
    board.start()
    return board


def running(board: LoopbackBoard) -> Iterator[LoopbackBoard]:
    """For a fixture: the board, which is stopped afterwards."""
    try:
        yield board
    finally:
        board.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
