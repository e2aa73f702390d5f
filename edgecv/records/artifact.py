"""An artifact: model file(s), and a manifest that says everything about them, in a folder or in a bundle."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Mapping

from edgecv.errors import InputError
from edgecv.records.bundle import ARTIFACT, read_member
from edgecv.records.files import digest_of
from edgecv.records.preprocess import Preprocess

if TYPE_CHECKING:
    from edgecv.records.recipe import Build

SCHEMA = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Quantization:
    """real = scale * (stored - zero_point), one pair for the whole tensor."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Tensor:
    """One input or output. `name` is edgecv's; `tensor` is what the file calls it; the shape is the file's own."""

    name: str
    tensor: str
    shape: tuple[int, ...]
    dtype: str
    layout: str = ""  # "nhwc" or "nchw" where there are four dimensions
    quantization: Quantization | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Manifest:
    name: str
    task: str
    target: str
    precision: str
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    model: str  # path of the model file that the engine opens, inside the folder
    weights: str = ""  # of integers: "per_channel" or "per_tensor"
    io: str = ""  # "integer" or "float", where a file of integers leaves the choice
    runtime: Mapping[str, str] = field(default_factory=dict)  # package and oldest version that it was made for
    architecture: Mapping[str, Any] = field(default_factory=dict)  # name and options in the zoo; empty: not from there
    prepared: Mapping[str, Any] = field(default_factory=dict)  # what was folded, equalised and skipped in Keras
    files: Mapping[str, str] = field(
        default_factory=dict
    )  # path inside the folder -> sha256, the model's file(s) and all others
    digests: Mapping[str, str] = field(default_factory=dict)  # artifact, network, recipe, data, calibration
    tools: Mapping[str, str] = field(default_factory=dict)
    parity: Mapping[str, Any] = field(default_factory=dict)
    golden: Mapping[str, Any] = field(default_factory=dict)
    samples: str = ""  # path of the strip of benchmark images
    level_use: Mapping[str, float] = field(default_factory=dict)
    verified_on: tuple[str, ...] = ()  # runtimes it really ran on; empty: unverified on target
    warnings: tuple[str, ...] = ()
    schema: int = SCHEMA


@dataclass(frozen=True)
class Artifact:
    folder: Path  # or the bundle
    manifest: Manifest

    @property
    def build(self) -> Build:
        from edgecv.records.recipe import Build  # a prediction does without it

        manifest = self.manifest
        return Build(manifest.target, manifest.precision, manifest.io or None)  # type: ignore[arg-type]  # as written

    @property
    def folder_name(self) -> str:
        """What its folder is called among the artifacts of one network."""
        return self.build.folder_name

    @property
    def model_file(self) -> Path:
        return self.folder / self.manifest.model

    @property
    def bundled(self) -> bool:
        """Whether its files are members of a bundle, which have no path of their own."""
        return self.folder.is_file()

    @property
    def model_bytes(self) -> int:
        """The size of the model file and of what belongs to it: OpenVINO keeps the weights beside it, named alike."""
        stem = Path(self.manifest.model).stem
        files = [file for file in self.manifest.files if Path(file).stem == stem]
        return sum(len(self.read(file)) if self.bundled else (self.folder / file).stat().st_size for file in files)

    def read(self, inside: str) -> bytes:
        """The content of one of its files."""
        return read_member(self.folder, ARTIFACT + inside) if self.bundled else (self.folder / inside).read_bytes()


def open_artifact(folder: Path) -> Artifact:
    """Read the manifest of an artifact folder, or of a bundle.

    A bundle's files have then been compared with their digests, a folder's are where they are opened.
    """
    path = folder / MANIFEST
    try:
        if folder.is_file():
            plain = json.loads(read_member(folder, ARTIFACT + MANIFEST).decode("utf-8"))
        else:
            plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder}: not an artifact folder: it has no {MANIFEST}; edgecv convert makes one") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    return Artifact(folder, manifest_from_json(plain, str(path)))


def open_sealed(folder: Path) -> Artifact:
    """Open an artifact that has passed parity; one that has not is nobody's to measure or to trust."""
    artifact = open_artifact(folder)
    if "artifact" not in artifact.manifest.digests:
        raise InputError(f"{folder}: this artifact has not passed parity; convert the network again")
    if artifact_digest(artifact.manifest) != artifact.manifest.digests["artifact"]:
        raise InputError(f"{folder / MANIFEST}: altered since it was sealed; convert the network again")
    return artifact


def manifest_from_json(plain: Any, where: str) -> Manifest:
    if not isinstance(plain, dict) or not isinstance(plain.get("schema"), int):
        raise InputError(f"{where}: not a manifest: expected an object with the field 'schema'")
    if plain["schema"] > SCHEMA:
        raise InputError(
            f"{where}: made by a newer edgecv (schema {plain['schema']}, this one reads up to {SCHEMA}); upgrade edgecv"
        )
    fields: Dict[str, Any] = dict(plain)
    try:
        fields["preprocess"] = Preprocess.from_json(fields["preprocess"])
        fields["inputs"] = tuple(_tensor(each) for each in fields["inputs"])
        fields["outputs"] = tuple(_tensor(each) for each in fields["outputs"])
        for name in ("labels", "verified_on", "warnings"):
            fields[name] = tuple(fields.get(name, ()))
        manifest = Manifest(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{where}: not a manifest that this edgecv can read: {error}") from error
    for inside in (manifest.model, manifest.samples, *manifest.files):
        if Path(inside).is_absolute() or ".." in Path(inside).parts:
            raise InputError(f"{where}: the path '{inside}' leads out of the artifact folder")
    return manifest


def _tensor(plain: Mapping[str, Any]) -> Tensor:
    fields: Dict[str, Any] = dict(plain)
    fields["shape"] = tuple(fields["shape"])
    if fields.get("quantization") is not None:
        fields["quantization"] = Quantization(**fields["quantization"])
    return Tensor(**fields)


def manifest_to_json(manifest: Manifest) -> Dict[str, Any]:
    return dataclasses.asdict(manifest)


def artifact_digest(manifest: Manifest) -> str:
    """What an artifact is known by: its files and its manifest, without the digest itself."""
    plain = manifest_to_json(manifest)
    plain["digests"] = {name: value for name, value in manifest.digests.items() if name != "artifact"}
    plain["files"] = sorted(manifest.files.items())
    return digest_of(plain)
