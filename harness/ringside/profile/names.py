"""Names for addresses: the kernel's functions, and those of the program that was measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringside.image.symbols import Symbols

# What compilers put behind the name of a function that they split, cloned or changed.
_PART = re.compile(r"(\.(part|isra|constprop|cold|llvm|lto_priv|localalias)(\.\d+)?)+$")

OTHER = "[another process]"


@dataclass(frozen=True)
class Names:
    """`kernel` and `user` functions; `user` only holds in the address space of the program."""

    kernel: Symbols
    user: Symbols

    def kernel_function(self, address: int) -> str:
        """The kernel function that holds `address`, or the address itself. A part that a compiler
        split off counts to its function."""
        return _PART.sub("", self.kernel.function(address) or f"{address:#x}")

    def user_function(self, address: int) -> str:
        """The program's function that holds `address`, or the address itself."""
        return self.user.function(address) or f"{address:#x}"
