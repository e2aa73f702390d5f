"""Tie an engine of TensorRT to memory, and start it: by a list of bindings up to 8.4, by names since 8.5."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Tuple


def shapes(trt: Any, engine: Any) -> Dict[str, Tuple[int, ...]]:
    """Inputs and outputs in the engine's own order. What it says, not a manifest, sets how much memory they get."""
    if hasattr(engine, "num_io_tensors"):
        names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
        return {name: _shape(trt, name, engine.get_tensor_shape(name), engine.get_tensor_dtype(name)) for name in names}
    return {
        engine.get_binding_name(index): _shape(
            trt, engine.get_binding_name(index), engine.get_binding_shape(index), engine.get_binding_dtype(index)
        )
        for index in range(engine.num_bindings)
    }


def starter(context: Any, addresses: Mapping[str, int]) -> Callable[[int], bool]:
    """What queues one inference on a stream; the addresses are in the order of `shapes`."""
    if hasattr(context, "execute_async_v3"):
        for name, address in addresses.items():
            context.set_tensor_address(name, address)
        return lambda stream: bool(context.execute_async_v3(stream))
    bindings = list(addresses.values())
    return lambda stream: bool(context.execute_async_v2(bindings, stream))


def activations_bytes(engine: Any) -> int:
    """What an engine needs for what its layers hand on."""
    return int(engine.device_memory_size_v2 if hasattr(engine, "device_memory_size_v2") else engine.device_memory_size)


def _shape(trt: Any, name: str, shape: Any, kind: Any) -> Tuple[int, ...]:
    sides = tuple(int(side) for side in shape)
    if kind != trt.DataType.FLOAT or min(sides) < 1:
        raise ValueError(f"'{name}': expected float32 of a fixed shape, got {kind} of {sides}")
    return sides
