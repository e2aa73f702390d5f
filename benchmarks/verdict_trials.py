"""Whether a measurement that went wrong says so, with the right word, and one that did not keeps quiet.

`python benchmarks/verdict_trials.py ARTIFACT` measures a small artifact by `edgecv bench --mode quick`: ten times each
beside busy processes, under a quota, stopped half of the time, and with an engine that slows down step by step; then
twenty times undisturbed, and twenty recorded quiet traces are judged again. It writes results/verdict_trials.json. Exit
code 1 says that fewer than 95 % of the disturbed ones had the word that docs/measuring.md gives for the cause, or that
more than 5 % of the others were flagged.

`--record` takes the traces of quiet_traces.json.gz anew. `--trials N` makes a shorter try, which writes no result.
"""

import argparse
import collections
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import disturbances
import quiet_traces
from circumstances import write_result

TRIALS = 10  # of each disturbance
QUIET = 20
LEAST_FLAGGED, MOST_FLAGGED = 0.95, 0.05
WORDS = {
    disturbances.hog: "CONTENDED",
    disturbances.quota: "THROTTLED",
    disturbances.duty_cycle: "THROTTLED",
    disturbances.slow_down: "UNSTABLE",
}


def trial(artifact: Path, disturbance: Any) -> dict[str, Any]:
    """One measurement: its verdict and the reasons."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "trial.measurement.json"
        options = ["--mode", "quick", "--threads", "1", "--out", out]
        code = disturbance([Path(sys.executable).with_name("edgecv"), "bench", artifact, *options])
        if not out.exists():
            sys.exit(f"edgecv bench ended with {code} and wrote no measurement")
        measurement = json.loads(out.read_text())
    return {"verdict": measurement["verdict"], "reasons": measurement["reasons"]}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("artifact", type=Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--trials", type=int)
    arguments = parser.parse_args()
    if arguments.record:
        print(quiet_traces.record(arguments.artifact))
        return 0
    if not quiet_traces.PLACE.exists():
        sys.exit(f"{quiet_traces.PLACE}: first record it, on a quiet machine, with --record")
    if reason := disturbances.missing():
        sys.exit(reason)
    disturbed = {each.__name__: _several(arguments, each, arguments.trials or TRIALS) for each in WORDS}
    live = _several(arguments, disturbances.undisturbed, arguments.trials or QUIET)
    replayed = [{"verdict": each.verdict, "reasons": each.reasons} for each in quiet_traces.replay()]
    words = {each.__name__: word for each, word in WORDS.items()}
    right = sum(each["verdict"] == words[name] for name, trials in disturbed.items() for each in trials)
    flagged = sum(each["verdict"] != "VALID" for each in (*live, *replayed))
    figures = {
        "words": words,
        "right_word": [right, sum(map(len, disturbed.values()))],
        "undisturbed_flagged": [flagged, len(live) + len(replayed)],
        "bars": [LEAST_FLAGGED, MOST_FLAGGED],
        "verdicts": {
            name: dict(collections.Counter(each["verdict"] for each in trials))
            for name, trials in {**disturbed, "live": live, "replayed": replayed}.items()
        },
        "trials": {**disturbed, "live": live, "replayed": replayed},
    }
    print(json.dumps({name: figures[name] for name in ("right_word", "undisturbed_flagged", "verdicts")}, indent=1))
    if not arguments.trials:
        print(write_result("verdict_trials", figures))
    met = right >= LEAST_FLAGGED * sum(map(len, disturbed.values()))
    return 0 if met and flagged <= MOST_FLAGGED * (len(live) + len(replayed)) else 1


def _several(arguments: argparse.Namespace, disturbance: Any, count: int) -> list[dict[str, Any]]:
    taken = []
    for number in range(count):
        taken.append(trial(arguments.artifact, disturbance))
        print(disturbance.__name__, f"{number + 1}/{count}", taken[-1], flush=True)
    return taken


if __name__ == "__main__":
    sys.exit(main())
