"""The command `ringside`: the only place that prints and sets exit statuses.

0    success
1    a result is bad: a failed workload, a regression
2    the command could not be carried out
130  interrupted
"""

from ringside.cli.main import main

__all__ = ["main"]
