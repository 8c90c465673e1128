"""Map addresses to functions with a symbol table."""

from __future__ import annotations

import bisect
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection


@dataclass(frozen=True)
class Symbols:
    """Functions sorted by address; `names` and `sizes` (bytes, 0 if unknown) are parallel."""

    starts: tuple[int, ...]
    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> Symbols:
        """The functions of the ELF at `path`; empty if it has no symbols or is not an ELF."""
        found: list[tuple[int, str, int]] = []
        try:
            table = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(".symtab")
            if isinstance(table, SymbolTableSection):
                for symbol in table.iter_symbols():
                    # RISC-V mapping symbols, which mark code and data, begin with a dollar sign.
                    named = symbol.name and not symbol.name.startswith("$")
                    if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE") and named:
                        found.append((symbol["st_value"], symbol.name, symbol["st_size"]))
        except (OSError, ELFError, ValueError, KeyError, TypeError, AttributeError):
            found = []
        found.sort()
        return cls(
            starts=tuple(start for start, _, _ in found),
            names=tuple(name for _, name, _ in found),
            sizes=tuple(size for _, _, size in found),
        )

    @classmethod
    def parse_map(cls, text: str) -> Symbols:
        """Functions of a System.map or /proc/kallsyms: lines of `address type name`."""
        found = []
        for line in text.splitlines():
            fields = line.split()
            if len(fields) >= 3 and fields[1] in ("t", "T", "w", "W"):
                with contextlib.suppress(ValueError):
                    found.append((int(fields[0], 16), fields[2]))
        # Keeps the order of aliases; the first one is the oldest.
        found.sort(key=lambda symbol: symbol[0])
        return cls(
            starts=tuple(start for start, _ in found),
            names=tuple(name for _, name in found),
            sizes=(0,) * len(found),
        )

    def __bool__(self) -> bool:
        return bool(self.starts)

    def function(self, address: int) -> str | None:
        """The function that contains `address`, or None.

        A function of unknown size extends to the next one, and the last one for 4 KiB. Of several
        functions at one address it is the first.
        """
        index = bisect.bisect_right(self.starts, address) - 1
        if index < 0 or (index == len(self.starts) - 1 and not self._holds(index, address)):
            return None
        if self.sizes[index] and not self._holds(index, address):
            return None
        return self.names[bisect.bisect_left(self.starts, self.starts[index])]

    def _holds(self, index: int, address: int) -> bool:
        return address < self.starts[index] + (self.sizes[index] or 0x1000)

    def lookup(self, address: int) -> str | None:
        """`function+0x1c` for the function that holds `address`, or None."""
        index = bisect.bisect_right(self.starts, address) - 1
        if index < 0:
            return None
        offset = address - self.starts[index]
        # Assembly labels often have no size; a distant one is meaningless.
        if offset >= (self.sizes[index] or 0x1000):
            return None
        return f"{self.names[index]}+{offset:#x}"
