"""Where a command runs: this machine. A profile that names another place is refused, never quietly run here."""

from edgecv.errors import Unavailable
from edgecv.ondevice import probes
from edgecv.records.device import DeviceProfile


def require_here(profile: DeviceProfile) -> None:
    """Refuse a device that is not this machine: a number taken here would be signed with its name."""
    if profile.connection is not None:
        raise Unavailable(
            f"{profile.name}: its profile says to reach it by ssh ({profile.connection.ssh}), which this edgecv cannot "
            "do; copy the artifact there and run: python3 -m edgecv.ondevice bench ARTIFACT --out FILE"
        )
    machine = probes.architecture()
    if profile.arch != machine:
        raise Unavailable(f"{profile.name}: cannot be measured here: it is {profile.arch}, this machine is {machine}")
