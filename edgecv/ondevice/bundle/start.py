"""The first code of a bundle to run, there as `__main__.py`: says what is missing before anything can trip over it.

It is written for any Python 3.6 or later, so that an older one than is needed gets a sentence, too.
"""

import gc
import json
import os
import sys
import zipimport
from importlib.util import find_spec

OLDEST = (3, 8)
UNAVAILABLE, DAMAGED = 4, 3  # the exit codes of edgecv.errors, which need not be readable yet


def start() -> int:
    bundle = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - where pathlib costs its import
    if sys.version_info < OLDEST:
        here = ".".join(map(str, sys.version_info[:3]))
        return _refuse("needs Python {}.{} or later, this is {}".format(*OLDEST, here), UNAVAILABLE)
    _compile_once()
    gc.disable()  # imports leave next to no garbage, and looking for it is a twentieth of a start
    try:
        missing = _missing()
        if missing:
            return _refuse("install what is missing: python3 -m pip install " + " ".join(missing), UNAVAILABLE)
        from edgecv.ondevice.bundle.main import main
    except ImportError as error:  # installed, but built for another C library or processor
        return _refuse("cannot start here: {}".format(error), UNAVAILABLE)
    except Exception as error:  # of its own code only damage can keep Python from reading it
        return _refuse("damaged: {}; copy it again, or make it anew with edgecv bundle".format(error), DAMAGED)
    return main(bundle, sys.argv[1:])


class _CompilingOnce(zipimport.zipimporter):
    """Python's own compiles a module twice, the first time to say what its file is called."""

    def get_filename(self, fullname: str) -> str:
        name = self.prefix + fullname.rpartition(".")[2]
        return os.path.join(self.archive, name + (os.sep + "__init__.py" if self.is_package(fullname) else ".py"))  # noqa: PTH118


def _compile_once() -> None:
    own = zipimport.zipimporter
    sys.path_hooks[:] = [_CompilingOnce if hook is own else hook for hook in sys.path_hooks]
    for place, importer in list(sys.path_importer_cache.items()):
        if type(importer) is own:
            del sys.path_importer_cache[place]


def _missing() -> "list[str]":
    """The packages to install, of those that this bundle lists with the modules that show their presence."""
    content = __loader__.get_data(os.path.join(os.path.dirname(__file__), "contents.json"))  # type: ignore[name-defined]  # noqa: PTH118, PTH120
    needs = json.loads(content.decode("utf-8"))["needs"]
    return [package for package, modules in needs.items() if not any(map(find_spec, modules))]


def _refuse(sentence: str, code: int) -> int:
    print("error: " + os.path.basename(sys.argv[0]) + ": " + sentence, file=sys.stderr)  # noqa: T201, PTH119
    return code


if __name__ == "__main__":
    sys.exit(start())
