"""A process is killed or interrupted, on the board or here."""

import signal
import time

from remote.scene import Scene, kill


def job_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        time.sleep(scene.chance.uniform(0, 0.5))
        kill(scene.pid_of(b"predict"))


def keeper_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(scene.keeper):
        time.sleep(scene.chance.uniform(0, scene.usual_s / 2))
        kill(scene.keeper())


def everything_on_the_board_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.board.processes())


def keeper_killed_with_the_result_written(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: list(scene.board.cache.glob("sessions/*/made/*/*.json"))):
        kill(scene.keeper())


def host_killed(scene: Scene) -> None:
    run = scene.start()
    scene.sometime()
    run.kill()


def host_and_keeper_killed_and_another_run(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.keeper())
        run.kill()
        run.wait()
    scene.start()


def interrupted(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        run.send_signal(signal.SIGINT)
