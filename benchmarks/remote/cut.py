"""The line is cut, or the board is dead for a while."""

import signal
import time

from remote.scene import ANSWER_S, Scene, kill


def ssh_killed(scene: Scene) -> None:
    scene.start()
    scene.sometime()
    kill(scene.board.clients())


def ssh_killed_while_it_runs(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.board.clients())


def ssh_killed_again_and_again(scene: Scene) -> None:
    run = scene.start()
    while run.poll() is None:
        scene.sometime()
        kill(scene.board.clients())


def ssh_falls_silent(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        silent = scene.board.clients()
        kill(silent, signal.SIGSTOP)
        time.sleep(ANSWER_S + 6)
        kill(silent)


def board_dead_for_a_moment(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.stop()
        kill(scene.board.clients())
        time.sleep(1)
        scene.board.start()


def board_dead_until_the_next_run(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.stop()
        kill(scene.board.clients())
        run.wait()
        scene.board.start()
        scene.start()
