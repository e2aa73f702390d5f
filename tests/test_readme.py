"""The README's figures are those of the records they are said to come from."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def check(readme: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks/readme.py"), "--check", str(readme)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_table_is_what_its_records_give() -> None:
    answer = check(ROOT / "README.md")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_table_that_someone_touched_is_noticed(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text().replace("| VALID |", "| SPLENDID |", 1))
    answer = check(readme)
    assert answer.returncode == 1
    assert "python benchmarks/readme.py" in answer.stdout
