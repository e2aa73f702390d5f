"""Write the set of versions that pip would install today, for the Python that runs this.

    python constraints/refresh.py            constraints/py3.11.txt, from the extra `dev`
    python constraints/refresh.py --extra tflite-runtime --out constraints/tflite-runtime.txt

Run `make test` with the new set before committing it: a constraints file says "known to work together".
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def resolved(extra: str) -> dict[str, str]:
    """Names and versions that pip chooses for this project with one extra, itself left out."""
    wanted = f"{HERE.parent}[{extra}]"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = json.loads(subprocess.run([*command, wanted], check=True, stdout=subprocess.PIPE).stdout)
    packages = {each["metadata"]["name"].lower(): each["metadata"]["version"] for each in report["install"]}
    packages.pop("edgecv")
    return packages


def main() -> None:
    minor = "{}.{}".format(*sys.version_info[:2])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extra", default="dev")
    parser.add_argument("--out", type=Path, default=HERE / f"py{minor}.txt")
    arguments = parser.parse_args()
    lines = [f"{name}=={version}" for name, version in sorted(resolved(arguments.extra).items())]
    header = f"# Known to work together on Python {minor} (extra '{arguments.extra}'). Made by constraints/refresh.py"
    arguments.out.write_text("\n".join([header, *lines, ""]))
    print(f"{arguments.out}: {len(lines)} packages")  # noqa: T201


if __name__ == "__main__":
    main()
