"""The login script talks, or the board has not what a login needs: a key, a Python, a package."""

from collections.abc import Iterator

from remote.aside import edited, moved
from remote.scene import Scene, kill


def talkative_login(scene: Scene) -> Iterator[None]:
    scene.board.on_login("echo 'Welcome { to'; printf 'no line break'; echo more >&2\n")
    scene.start()
    yield


def login_that_never_stops_talking(scene: Scene) -> Iterator[None]:
    scene.board.on_login("(while sleep 0.4; do printf 'still here'; done) &\n")
    scene.start()
    yield


def login_that_is_refused_halfway(scene: Scene) -> Iterator[None]:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.on_login("echo 'this account is closed' >&2; exit 1\n")
        kill(scene.board.clients())
    yield


def key_refused(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "authorized_keys"):
        scene.start()
        yield


def host_key_unknown(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "known"):
        scene.start()
        yield


def no_python(scene: Scene) -> Iterator[None]:
    with edited(scene.board.folder / "login", ":/usr/bin:/bin", ""), moved(scene.board.folder / "bin/python3"):
        scene.start()
        yield


def no_numpy(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "site/numpy"):
        for path in scene.board.folder.glob("site/numpy-*"):
            path.rename(scene.board.folder / path.name)
        scene.start()
        yield
        for path in scene.board.folder.glob("numpy-*"):
            path.rename(scene.board.folder / "site" / path.name)
