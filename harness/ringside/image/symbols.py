"""Which function an address belongs to, from an ELF's symbol table."""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection


@dataclass(frozen=True)
class Symbols:
    """Functions by address: `starts` is sorted, `names` and `sizes` go with it."""

    starts: tuple[int, ...]
    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> Symbols:
        """Symbols of the ELF at `path`; none when it has none or is not an ELF."""
        found: list[tuple[int, str, int]] = []
        try:
            table = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(".symtab")
            if isinstance(table, SymbolTableSection):
                for symbol in table.iter_symbols():
                    if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE") and symbol.name:
                        found.append((symbol["st_value"], symbol.name, symbol["st_size"]))
        except (OSError, ELFError, ValueError, KeyError, TypeError, AttributeError):
            found = []
        found.sort()
        return cls(
            starts=tuple(start for start, _, _ in found),
            names=tuple(name for _, name, _ in found),
            sizes=tuple(size for _, _, size in found),
        )

    def lookup(self, address: int) -> str | None:
        """`function+0x1c` for the function that holds `address`, or None."""
        index = bisect.bisect_right(self.starts, address) - 1
        if index < 0:
            return None
        offset = address - self.starts[index]
        # Assembly labels often carry no size; a far one says nothing.
        if offset >= (self.sizes[index] or 0x1000):
            return None
        return f"{self.names[index]}+{offset:#x}"
