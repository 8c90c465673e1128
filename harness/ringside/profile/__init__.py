"""What the QEMU plugin saw of a guest, and what it means: windows by phase and function, boots by
ways into the kernel."""

from ringside.profile.boot import BootView, Door
from ringside.profile.explanation import Explanation, FunctionCost, explain
from ringside.profile.log import PluginLog, read_log
from ringside.profile.names import Names
from ringside.profile.tree import PHASES, Phase

__all__ = [
    "PHASES",
    "BootView",
    "Door",
    "Explanation",
    "FunctionCost",
    "Names",
    "Phase",
    "PluginLog",
    "explain",
    "read_log",
]
