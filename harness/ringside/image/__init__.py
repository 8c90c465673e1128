"""Kernel images from packages, builds or files, and the initrd that carries the workloads."""

from ringside.image.initrd import Initrd, build_initrd
from ringside.image.obtain import KernelImage, boot_file, obtain
from ringside.image.symbols import Symbols

__all__ = ["Initrd", "KernelImage", "Symbols", "boot_file", "build_initrd", "obtain"]
