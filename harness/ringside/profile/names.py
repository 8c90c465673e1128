"""Symbolize addresses of the kernel and of the measured program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringside.image.symbols import Symbols

# Suffixes of functions that a compiler has split, cloned or transformed.
_SUFFIX = re.compile(r"(\.(part|isra|constprop|cold|llvm|lto_priv|localalias)(\.\d+)?)+$")

OTHER = "[another process]"


@dataclass(frozen=True)
class Names:
    """Symbols of the kernel, and of the program, which apply only in its address space."""

    kernel: Symbols
    user: Symbols

    def kernel_function(self, address: int) -> str:
        """The kernel function at `address`, or the address in hex. Parts that the compiler split
        off are attributed to their function."""
        return _SUFFIX.sub("", self.kernel.function(address) or f"{address:#x}")

    def user_function(self, address: int) -> str:
        """The program's function at `address`, or the address in hex."""
        return self.user.function(address) or f"{address:#x}"
