"""Tables of modules: what a name in a manifest stands for, imported when it is asked for and not before.

A prediction needs one engine and at most one head. To read all others would keep a board busy for longer than its
first inference, and a bundle does not even carry them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Dict, Iterable, Iterator, MutableMapping, Optional, TypeVar, cast

Module = TypeVar("Module")


class Table(MutableMapping[str, Module]):
    """The modules of a package by their names."""

    def __init__(self, package: str, names: Iterable[str]) -> None:
        self._package = package
        self._modules: Dict[str, Optional[Module]] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Module:
        module = self._modules[name]
        if module is None:
            module = self._modules[name] = cast(Module, import_module(f"{self._package}.{name}"))
        return module

    def __setitem__(self, name: str, module: Module) -> None:
        self._modules[name] = module

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __contains__(self, name: object) -> bool:
        return name in self._modules  # without importing it, as a look at its value would

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)
