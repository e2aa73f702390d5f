"""The learnt weights that a training begins with: what they are known by, and what to know about them."""

from pathlib import Path

from edgecv.models import imagenet, pretrained
from edgecv.pipeline.keys import digest_of_network
from edgecv.pipeline.runrecord import is_run, read_run
from edgecv.records.recipe import Model, Recipe


def known_as(model: Model) -> str | None:
    """The digest of the weights, wherever their file lies. Those that Keras provides go with its version."""
    path = pretrained.file_of(model)
    return digest_of_network(path) if path else model.weights


def note_on(recipe: Recipe) -> str | None:
    """A warning about weights of another run that have learnt from pixels normalised otherwise."""
    path = pretrained.file_of(recipe.model)
    run = Path(recipe.model.weights or "")
    if path is None or not is_run(run):
        return None
    learnt_from = read_run(run).recipe.preprocess
    if imagenet.agree(learnt_from, recipe.preprocess):
        return None
    return f"note: the weights of {run} have learnt from other pixels, with {imagenet.said(learnt_from)}"
