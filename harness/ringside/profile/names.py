"""Names for addresses: the kernel's functions, and those of the program that was measured."""

from __future__ import annotations

from dataclasses import dataclass

from ringside.image.symbols import Symbols

OTHER = "[another process]"


@dataclass(frozen=True)
class Names:
    """`kernel` and `user` functions; `user` only holds in the address space of the program."""

    kernel: Symbols
    user: Symbols

    def kernel_function(self, address: int) -> str:
        """The kernel function that holds `address`, or the address itself."""
        return self.kernel.function(address) or f"{address:#x}"

    def user_function(self, address: int) -> str:
        """The program's function that holds `address`, or the address itself."""
        return self.user.function(address) or f"{address:#x}"
