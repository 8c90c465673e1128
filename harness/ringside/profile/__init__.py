"""What the QEMU plugin recorded of a guest: windows by phase and function, boots by entry point."""

from ringside.profile.boot import BootView, EntryPoint
from ringside.profile.explanation import Explanation, FunctionCost, explain
from ringside.profile.log import PluginLog, read_log
from ringside.profile.names import Names
from ringside.profile.tree import PHASES, Phase

__all__ = [
    "PHASES",
    "BootView",
    "EntryPoint",
    "Explanation",
    "FunctionCost",
    "Names",
    "Phase",
    "PluginLog",
    "explain",
    "read_log",
]
