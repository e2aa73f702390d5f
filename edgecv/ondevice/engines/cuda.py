"""A GPU's memory through NVIDIA's driver library, by ctypes.

The driver and not CUDA's runtime, because its library has one name and one interface on every board, and is there
wherever a GPU works. Its context is the one that TensorRT uses.
"""

from __future__ import annotations

import ctypes
from typing import Any, List, Tuple

import numpy as np

from edgecv.errors import Unavailable

LIBRARY = "libcuda.so.1"
MAJOR, MINOR = 75, 76  # numbers of the attributes that make up the compute capability


def load_driver() -> Any:
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise Unavailable(f"cannot open 'tensorrt' artifacts here: the GPU's driver does not load: {error}") from error


class Gpu:
    """The first GPU, a stream of work on it, and the memory that was asked for."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._on_device: List[int] = []
        self._on_host: List[int] = []
        device, context, stream = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_void_p()
        self._call("cuInit", ctypes.c_uint(0))
        self._call("cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._device, self._context = device, context
        self.make_current()
        self._call("cuStreamCreate", ctypes.byref(stream), ctypes.c_uint(0))
        self.stream = int(stream.value or 0)
        self.name = self._name()
        self.compute_capability = f"{self._attribute(MAJOR)}.{self._attribute(MINOR)}"
        self.memory_bytes = self._memory()

    def make_current(self) -> None:
        """Have the calling thread work on this GPU."""
        self._call("cuCtxSetCurrent", self._context)

    def reserve(self, size_bytes: int) -> int:
        """Memory of the GPU; its address."""
        address = ctypes.c_uint64()
        self._call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size_bytes))
        self._on_device.append(int(address.value))
        return int(address.value)

    def page_locked(self, shape: Tuple[int, ...]) -> np.ndarray:
        """An array of float32 that stays where it is, so that it is copied without a detour."""
        count = int(np.prod(shape))
        address = ctypes.c_void_p()
        self._call("cuMemHostAlloc", ctypes.byref(address), ctypes.c_size_t(4 * count), ctypes.c_uint(0))
        self._on_host.append(int(address.value or 0))
        memory = (ctypes.c_float * count).from_address(int(address.value or 0))
        return np.ctypeslib.as_array(memory).reshape(shape)

    def upload(self, array: np.ndarray, address: int) -> None:
        """Queue a copy from a page-locked array to the GPU."""
        source, target = ctypes.c_void_p(array.ctypes.data), ctypes.c_uint64(address)
        self._call("cuMemcpyHtoDAsync_v2", target, source, ctypes.c_size_t(array.nbytes), ctypes.c_void_p(self.stream))

    def download(self, address: int, array: np.ndarray) -> None:
        """Queue a copy from the GPU to a page-locked array."""
        source, target = ctypes.c_uint64(address), ctypes.c_void_p(array.ctypes.data)
        self._call("cuMemcpyDtoHAsync_v2", target, source, ctypes.c_size_t(array.nbytes), ctypes.c_void_p(self.stream))

    def wait(self) -> None:
        """Until all that was queued is done."""
        self._call("cuStreamSynchronize", ctypes.c_void_p(self.stream))

    def close(self) -> None:
        """Give everything back; arrays of `page_locked` must not be read any more."""
        self.make_current()
        for address in self._on_device:
            self._call("cuMemFree_v2", ctypes.c_uint64(address))
        for address in self._on_host:
            self._call("cuMemFreeHost", ctypes.c_void_p(address))
        self._call("cuStreamDestroy_v2", ctypes.c_void_p(self.stream))
        self._call("cuDevicePrimaryCtxRelease_v2", self._device)

    def _name(self) -> str:
        name = ctypes.create_string_buffer(256)
        self._call("cuDeviceGetName", name, ctypes.c_int(len(name)), self._device)
        return name.value.decode(errors="replace")

    def _attribute(self, number: int) -> int:
        value = ctypes.c_int()
        self._call("cuDeviceGetAttribute", ctypes.byref(value), ctypes.c_int(number), self._device)
        return value.value

    def _memory(self) -> int:
        """All of it; on a board that is the memory of its processors, too."""
        total = ctypes.c_size_t()
        self._call("cuDeviceTotalMem_v2", ctypes.byref(total), self._device)
        return total.value

    def _call(self, name: str, *arguments: Any) -> None:
        code = getattr(self._driver, name)(*arguments)
        if code:
            said = ctypes.c_char_p()
            self._driver.cuGetErrorName(ctypes.c_int(code), ctypes.byref(said))
            reason = (said.value or b"an unknown error").decode()
            raise Unavailable(f"the GPU's driver refuses {name}: {reason} ({code})")
