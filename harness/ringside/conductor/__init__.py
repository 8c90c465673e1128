"""Makes a run: gets the images, boots every kernel, restarts where a guest died, keeps all."""

from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Plan, Request, prepare
from ringside.conductor.run import conduct

__all__ = ["Observer", "Plan", "Request", "conduct", "prepare"]
