"""The demo's table in README.md, made from the records that recipes.py keeps in results/recipes/.

`python benchmarks/readme.py [README]` writes it. With `--check` it writes nothing, and exit code 1 says that the table
is not what the records give.
"""

import re
import sys
from pathlib import Path

from circumstances import RESULTS

from edgecv.records.files import write_whole
from edgecv.report import as_markdown, collect, join

RECORDS = RESULTS / "recipes"
DEMO = "shapes_detection"
README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"(?<=<!-- demo table: begin -->\n).*?(?=<!-- demo table: end -->)", re.DOTALL)


def with_table(readme: str) -> str:
    """The text of the README with the table that the records give."""
    text = as_markdown.text(join(*collect([RECORDS / DEMO])), title="")
    table = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    return TABLE.sub(lambda _: f"\n{table}\n\n", readme)


def main(arguments: list[str]) -> int:
    places = [Path(each) for each in arguments if each != "--check"]
    place = places[0] if places else README
    found = place.read_text(encoding="utf-8")
    wanted = with_table(found)
    if "--check" not in arguments:
        write_whole(place, wanted.encode())
    elif found != wanted:
        print(f"{place}: its table is not that of {RECORDS / DEMO}; type: python benchmarks/readme.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
