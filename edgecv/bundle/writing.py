"""Write a bundle: one file that Python runs, the same bytes for the same artifact and the same edgecv."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgecv.bundle.lean import lean
from edgecv.bundle.runner import needs, runner
from edgecv.ondevice.engines.damage import check_files
from edgecv.records.artifact import MANIFEST, Artifact
from edgecv.records.bundle import ARTIFACT, CONTENTS
from edgecv.records.files import canonical, digest_of_content, write_whole
from edgecv.records.seal import seal, unsealed

SHEBANG = b"#!/usr/bin/env python3\n"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows
FILE_MODE = 0o100644 << 16
RUNNABLE = 0o755


@dataclass(frozen=True)
class Bundle:
    path: Path
    bytes: int
    code_bytes: int  # as they lie in the file, compressed


def write_bundle(artifact: Artifact, out: Path) -> Bundle:
    """Write an artifact as a bundle."""
    check_files(artifact)
    sources = runner(artifact.manifest)
    code = {name: lean(path.read_text(encoding="utf-8")).encode() for name, path in sources.items()}
    carried = {f"{ARTIFACT}{inside}": artifact.read(inside) for inside in (MANIFEST, *sorted(artifact.manifest.files))}
    digests = {name: digest_of_content(content) for name, content in {**code, **carried}.items()}
    contents = canonical({"needs": needs(artifact.manifest), "members": digests})
    # Weights hardly get smaller, and have to be read on a slow board each time.
    packed = _packed({CONTENTS: contents, **code}, carried)
    write_whole(out, packed)
    out.chmod(RUNNABLE)
    return Bundle(out, len(packed), len(_packed({CONTENTS: contents, **code}, {})))


def _packed(compressed: Mapping[str, bytes], stored: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    file.write(SHEBANG)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in compressed.items():
            archive.writestr(_member(name), content, zipfile.ZIP_DEFLATED, 9)
        places = {}
        for name, content in stored.items():
            archive.writestr(_member(name), content, zipfile.ZIP_STORED)
            places[name] = (file.tell() - len(content), len(content))
        archive.comment = comment = unsealed(places)
    return seal(file.getvalue(), comment)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, LONG_AGO)
    member.create_system = 3  # Unix, wherever it is written
    member.external_attr = FILE_MODE
    return member
