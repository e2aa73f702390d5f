"""The entry point: run a command, and turn what went wrong into a sentence and an exit code."""

import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper

import click

from edgecv import __version__
from edgecv.cli.group import Commands, verbose
from edgecv.errors import EdgecvError, from_os_error

BUG = 1
INTERRUPTED = 130

HELP = """Keras CNNs from training to the edge: convert, prove, measure, deploy.

\b
  edgecv recipes                                what there is to run
  edgecv run shapes_detection --out runs/demo   all of it, from data to report
  edgecv doctor                                 what is installed, and how to mend it
"""

cli = Commands("edgecv", help=HELP, params=[verbose()], context_settings={"help_option_names": ["-h", "--help"]})
click.version_option(__version__, prog_name="edgecv", message="%(prog)s %(version)s")(cli)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run edgecv; the result is its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may be in no encoding at all
    try:
        code = cli.main(arguments, prog_name="edgecv", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted; everything finished so far is kept", INTERRUPTED)
    except EdgecvError as error:
        return _say(str(error), error.exit_code)
    except OSError as error:
        mistake = from_os_error(error)
        return _say(str(mistake), mistake.exit_code) if mistake else _bug()
    except Exception:
        return _bug()


def _bug() -> int:
    traceback.print_exc()
    return _say("this is a bug in edgecv, not in what you gave it; please report it with the traceback above", BUG)


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
