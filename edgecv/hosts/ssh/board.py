"""A board as a place to work at: `edgecv.ondevice` runs there as it runs here, and files go there and come back."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from edgecv.errors import Unavailable
from edgecv.hosts.arguments import Argument, Given, GivenList, Made
from edgecv.hosts.board.memory import Guard
from edgecv.hosts.hearing import Hearing
from edgecv.hosts.local import START
from edgecv.hosts.ssh.parcel import Parcel
from edgecv.hosts.ssh.running import Fetched, Running
from edgecv.hosts.ssh.session import Session
from edgecv.hosts.ssh.sources import device_package, digests
from edgecv.ondevice.child import FOLLOW
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile

MODULE = "edgecv.ondevice"
OF_CHILDREN = {FOLLOW: "1", "PYTHONUNBUFFERED": "1"}


class Board:
    """The board is ours alone from the beginning of the `with` block to its end."""

    def __init__(self, profile: DeviceProfile, purpose: str, on_progress: Callable[[str], None]) -> None:
        self._profile, self._purpose, self._say = profile, purpose, on_progress
        self._code = ""
        self._jobs = self._places = 0
        self._folders: dict[str, str] = {}  # of the session, with what they are here
        self._unnamed: dict[str, str] = {}  # likewise, what is `.` or ends in `..` here

    def __enter__(self) -> "Board":
        self._session = Session(self._profile, self._purpose, self._say)
        self.cores = self._session.facts.cores
        try:
            self._session.take_lease()
        except BaseException:
            self._session.leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._session.leave()

    def require(self, artifact: Artifact) -> None:
        """Refuse an artifact whose runtime is not installed there."""
        lacking = self._session.facts.lacking(self._profile, artifact.manifest.target)
        if lacking:
            raise Unavailable(f"{self._profile.name}: {lacking}")

    def free_mb(self) -> float | None:
        return self._session.facts.free_mb

    def start(self, arguments: Sequence[Argument], log: Path, *, guard: Guard, limit_s: float) -> Running:
        """Copy what it needs, and begin; whatever happens to the line, it ends after `limit_s`."""
        parcel, words = Parcel(), []
        made: list[Fetched] = []
        for argument in arguments:
            words.append(self._word(argument, parcel, made))
        parcel.send(self._session, self._say)
        self._session.ask("lay", files=parcel.laid)
        self._jobs += 1
        self._session.ask(
            "start",
            job=self._jobs,
            words=["-c", START, MODULE, *words],
            code=self._code or self._send_code(),
            environment=OF_CHILDREN,
            limit_s=limit_s,
            memory_mb=(guard.each_mb, guard.all_mb),
        )
        return Running(self._session, self._jobs, Hearing(MODULE, log, self.told), made)

    def told(self, text: str) -> str:
        """What the board says of files, in the names that they have here."""
        for place, here in self._unnamed.items():
            text = text.replace(f"{self._session.folder}/{place}/", here)
        pattern = re.escape(self._session.folder) + r"/((?:given|made)/[\d-]+)/"
        return re.sub(pattern, lambda found: self._folders.get(found[1], found[0]), text)

    def _word(self, argument: Argument, parcel: Parcel, made: list[Fetched]) -> str:
        """The word for the board's command; what goes there and what comes back is noted on the way."""
        if not isinstance(argument, Given | GivenList | Made):
            return str(argument)
        self._places += 1
        if isinstance(argument, Made):
            place = self._place(f"made/{self._places}", argument.path)
            made.append((place, argument.path))
            return f"{self._session.folder}/{place}"
        if isinstance(argument, GivenList):
            places = [self._place(f"given/{self._places}-{number}", path) for number, path in enumerate(argument.files)]
            for place, path in zip(places, argument.files, strict=True):
                parcel.add(place, path)
            listing = f"given/{self._places}/listing.txt"
            parcel.add(listing, "".join(f"{self._session.folder}/{place}\n" for place in places).encode())
            return f"@{self._session.folder}/{listing}"
        place = self._place(f"given/{self._places}", argument.path)
        if argument.inside is None:
            parcel.add(place, argument.path)
        for name in argument.inside or ():
            parcel.add(f"{place}/{name}", argument.path / name)
        return f"{self._session.folder}/{place}"

    def _place(self, folder: str, path: Path) -> str:
        """A place in a folder of its own, so that the name can stay; a line break in it would break a list."""
        named = path.name not in ("", "..")
        name = (path if named else path.resolve()).name or "root"
        place = f"{folder}/" + "_".join(name.encode("utf-8", "replace").decode().splitlines())
        if named:
            self._folders[folder] = _before_a_name(path.parent)
        else:
            self._unnamed[place] = _before_a_name(path)
        return place

    def _send_code(self) -> str:
        parcel = Parcel()
        for name, path in device_package().items():
            parcel.add(name, path)
        parcel.send(self._session, self._say)
        self._code = str(self._session.ask("code", files=digests(device_package()))[0]["folder"])
        return self._code


def _before_a_name(folder: Path) -> str:
    """What stands before the name of a file in a folder."""
    return "" if folder == Path() else f"{str(folder).rstrip('/')}/"
