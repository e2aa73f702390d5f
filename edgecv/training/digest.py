"""What a trained network is known by: its layers and its weights, not the file, which holds a date."""

import hashlib
import json

import keras

from edgecv.records.files import canonical


def network_digest(network: keras.Model) -> str:
    """The sha256 over the configuration of the layers and all weights in their order."""
    sha = hashlib.sha256(canonical(json.loads(network.to_json())))
    for weight in network.get_weights():
        sha.update(f"{weight.dtype.str}{weight.shape}".encode() + weight.tobytes())
    return f"sha256:{sha.hexdigest()}"
