"""Faults that are put into copies of sound drafts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgecv.records.artifact import MANIFEST
from edgecv.records.files import digest_of_file, write_json


def edit(draft: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest."""
    plain = json.loads((draft / MANIFEST).read_bytes())
    change(plain)
    write_json(draft / MANIFEST, plain)


def vouch_for(draft: Path, file: str) -> None:
    """Let the manifest vouch for what a file has become."""
    edit(draft, lambda plain: plain["files"].update({file: digest_of_file(draft / file)}))


def swap_colours(draft: Path) -> None:
    edit(draft, lambda plain: plain["preprocess"].update(color="bgr"))


def forget_the_mean(draft: Path) -> None:
    edit(draft, lambda plain: plain["preprocess"].update(mean=[0, 0, 0]))


def move_the_labels(draft: Path) -> None:
    edit(draft, lambda plain: plain.update(labels=[*plain["labels"][1:], plain["labels"][0]]))


def move_the_strides(draft: Path) -> None:
    edit(draft, lambda plain: plain["postprocess"].update(strides=[16]))


def swap_outputs(draft: Path) -> None:
    def swap(plain: dict[str, Any]) -> None:
        first, second = plain["outputs"]
        first["tensor"], second["tensor"] = second["tensor"], first["tensor"]

    edit(draft, swap)


def lose_the_scale(draft: Path) -> None:
    edit(draft, lambda plain: plain["outputs"][1].update(quantization={"scale": 0.0, "zero_point": 0}))


def halve_the_scale(draft: Path) -> None:
    def halve(plain: dict[str, Any]) -> None:
        plain["outputs"][1]["quantization"]["scale"] /= 2

    edit(draft, halve)


def call_it_int8(draft: Path) -> None:
    edit(draft, lambda plain: plain.update(precision="int8"))


def name_another_network(draft: Path) -> None:
    edit(draft, lambda plain: plain["digests"].update(network="sha256:another"))


def made_for(draft: Path, package: str, oldest: str) -> None:
    edit(draft, lambda plain: plain.update(runtime={"package": package, "oldest": oldest}))


def turn_weights_around(draft: Path) -> None:
    """Negate a run of float weights in the file."""
    name = "model.bin" if "openvino" in draft.name else json.loads((draft / MANIFEST).read_bytes())["model"]
    content = bytearray((draft / name).read_bytes())
    middle = len(content) // 2 // 4 * 4
    for sign in range(middle + 3, middle + 400, 4):  # the last byte of a little-endian float32
        content[sign] ^= 0x80
    (draft / name).write_bytes(content)
    vouch_for(draft, name)


def cut_short(draft: Path) -> None:
    """Half a file."""
    name = json.loads((draft / MANIFEST).read_bytes())["model"]
    content = (draft / name).read_bytes()
    (draft / name).write_bytes(content[: len(content) // 2])
    vouch_for(draft, name)
