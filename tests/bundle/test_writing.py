"""What goes into a bundle, and what stays out."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import edgecv
from edgecv.bundle import write_bundle
from edgecv.bundle.lean import lean
from edgecv.bundle.runner import RUNTIMES, runner
from edgecv.errors import InputError
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact
from tests.conftest import Need
from tests.ondevice import models

LIMIT_BYTES = 100_000
PACKAGE = Path(edgecv.__file__).parent


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path_factory.mktemp("writing") / "artifact")


def names(bundle: Path) -> list[str]:
    with zipfile.ZipFile(bundle) as archive:
        return archive.namelist()


def test_it_holds_the_runner_the_artifact_and_nothing_else(artifact: Artifact, tmp_path: Path) -> None:
    write_bundle(artifact, tmp_path / "seen.pyz")
    found = names(tmp_path / "seen.pyz")
    code = {name for name in found if name.startswith("edgecv/")}
    assert {name.split("/")[1] for name in code} == {"__init__.py", "errors.py", "records", "ondevice"}
    assert {name for name in found if name not in code} == {
        "__main__.py",
        "contents.json",
        *(f"artifact/{file}" for file in ("manifest.json", *artifact.manifest.files)),
    }


def test_the_same_artifact_gives_the_same_bytes_at_any_time(artifact: Artifact, tmp_path: Path) -> None:
    write_bundle(artifact, tmp_path / "one.pyz")
    for path in artifact.folder.rglob("*"):
        os.utime(path, (1e9, 1e9))
    write_bundle(artifact, tmp_path / "other.pyz")
    assert (tmp_path / "one.pyz").read_bytes() == (tmp_path / "other.pyz").read_bytes()
    assert os.access(tmp_path / "one.pyz", os.X_OK)


def test_a_damaged_artifact_is_not_bundled(artifact: Artifact, tmp_path: Path) -> None:
    files = {**artifact.manifest.files, "model.onnx": "sha256:other"}
    damaged = Artifact(artifact.folder, dataclasses.replace(artifact.manifest, files=files))
    with pytest.raises(InputError, match=r"model\.onnx: damaged"):
        write_bundle(damaged, tmp_path / "seen.pyz")


@pytest.mark.parametrize("target", ENGINES)
def test_the_runner_is_small_whatever_the_target(artifact: Artifact, tmp_path: Path, target: str) -> None:
    manifest = dataclasses.replace(artifact.manifest, target=target)
    written = write_bundle(Artifact(artifact.folder, manifest), tmp_path / "seen.pyz")
    assert written.code_bytes < LIMIT_BYTES
    assert written.code_bytes + artifact.model_bytes < written.bytes


def test_only_the_engine_and_the_head_that_are_used_travel(artifact: Artifact) -> None:
    found = set(runner(artifact.manifest))
    assert "edgecv/ondevice/engines/onnx.py" in found
    assert "edgecv/ondevice/heads/anchor_free.py" in found
    assert not found & {
        "edgecv/ondevice/engines/tensorrt.py",
        "edgecv/ondevice/engines/tflite.py",
        "edgecv/ondevice/heads/ssd.py",
        "edgecv/ondevice/commands/outputs.py",
    }


def test_every_target_says_what_to_install_or_has_its_engine_say_it() -> None:
    assert set(RUNTIMES) == set(ENGINES) - {"tensorrt"}


def without_docstrings(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body[0] = ast.Expr(ast.Constant(""))
    return ast.dump(tree)


@pytest.mark.parametrize("part", ["records", "ondevice"])
def test_lean_code_is_the_same_program_on_the_same_lines(part: str) -> None:
    for path in (PACKAGE / part).rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        full, bare = ast.parse(source), ast.parse(lean(source))
        assert without_docstrings(full) == without_docstrings(bare), path
        lines = [[node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call)] for tree in (full, bare)]
        assert lines[0] == lines[1], path


@pytest.mark.parametrize("command", ["bundle/look.py", "bundle/bench.py", "selftest.py"])
def test_lean_commands_keep_their_help(command: str) -> None:
    source = (PACKAGE / "ondevice" / command).read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(lean(source))) == ast.get_docstring(ast.parse(source))


def test_contents_name_what_to_install(artifact: Artifact, tmp_path: Path) -> None:
    write_bundle(artifact, tmp_path / "seen.pyz")
    with zipfile.ZipFile(tmp_path / "seen.pyz") as archive:
        needs = json.loads(archive.read("contents.json"))["needs"]
    assert needs == {"numpy": ["numpy"], "pillow": ["PIL"], "onnxruntime": ["onnxruntime"]}


COUNTING = """
import collections, runpy, sys, zipimport
compiled, compiling = collections.Counter(), zipimport._compile_source
zipimport._compile_source = lambda path, source: compiled.update([path]) or compiling(path, source)
bundle, sys.argv = sys.argv[1], [sys.argv[1], "--help"]
try:
    runpy.run_path(bundle, run_name="__main__")
except SystemExit:
    print(max(count for path, count in compiled.items() if not path.endswith("__main__.py")), file=sys.stderr)
"""


def test_no_module_is_compiled_twice_when_it_starts(artifact: Artifact, tmp_path: Path) -> None:
    write_bundle(artifact, tmp_path / "seen.pyz")
    done = subprocess.run([sys.executable, "-c", COUNTING, tmp_path / "seen.pyz"], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "1"
