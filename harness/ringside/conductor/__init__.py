"""Make a run: obtain images, boot every kernel, reboot after a crash, store the results."""

from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Plan, Request, prepare
from ringside.conductor.run import conduct

__all__ = ["Observer", "Plan", "Request", "conduct", "prepare"]
