"""The first code that reaches a board: it takes the rest from stdin and starts it. Any Python 3 can read it."""

import hashlib
import importlib.abc
import importlib.util
import json
import sys

OLDEST = (3, 8)
UNAVAILABLE = 4  # the exit code of edgecv.errors, which such a Python cannot read


class _Sent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports modules whose sources came along, before any that are installed here."""

    def __init__(self, sources):  # type: ignore[no-untyped-def]
        self.sources = sources

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]  # noqa: ARG002
        if name not in self.sources:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=self.sources[name]["package"])

    def exec_module(self, module):  # type: ignore[no-untyped-def]
        name = module.__name__
        exec(compile(self.sources[name]["source"], "<" + name + ">", "exec"), module.__dict__)  # noqa: S102


def arrive():  # type: ignore[no-untyped-def]
    """Take the one line that holds the sources and what is wanted, and go on with `relay.main`."""
    wanted = json.loads(sys.stdin.buffer.readline().decode("utf-8"))
    if sys.version_info < OLDEST:
        here = ".".join(map(str, sys.version_info[:3]))
        error = "needs Python {}.{} or later, its {} is {}".format(*OLDEST, wanted["python"], here)
        refusal = {"error": error, "code": UNAVAILABLE, "size": 0, "sha256": hashlib.sha256(b"").hexdigest()}
        sys.stdout.write("\n" + wanted["mark"] + json.dumps(refusal) + "\n")
        return
    sys.meta_path.insert(0, _Sent(wanted.pop("sources")))  # type: ignore[no-untyped-call]
    from edgecv.hosts.board.relay import main

    main(wanted)
