"""A board, reached by the system's own OpenSSH: its configuration, keys, agent and jump hosts are the user's."""

from edgecv.hosts.ssh.board import Board
from edgecv.hosts.ssh.facts import RUNTIMES, Facts, ask, require
from edgecv.hosts.ssh.session import held

__all__ = ["RUNTIMES", "Board", "Facts", "ask", "held", "require"]
