"""Measure an artifact on this machine, in a process that has done nothing else.

The latency is that of `invoke`: one image, already the model's own input, through the runtime until its outputs have
been copied out. Images take turns. End to end starts from image files; those of the artifact's own samples are JPEG
files of the network's size, as a camera would hand them out, since decoding and resizing larger photos takes longer.

The cold start ends with the first outputs, for an image that is made up: reading images is no part of it. The peak of
memory is taken at the same moment, before the images fill the memory of the measurement itself.
"""

from edgecv.ondevice.bench.command import add_arguments, run
from edgecv.ondevice.bench.described import measured
from edgecv.ondevice.bench.measuring import measure
from edgecv.ondevice.bench.settings import Settings

__all__ = ["Settings", "add_arguments", "measure", "measured", "run"]
