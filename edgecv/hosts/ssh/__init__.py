"""A board, reached by the system's own OpenSSH: its configuration, keys, agent and jump hosts are the user's."""

from edgecv.hosts.ssh.board import Board
from edgecv.hosts.ssh.facts import Facts, ask, require

__all__ = ["Board", "Facts", "ask", "require"]
