"""The command `ringside`: the only place that prints and sets exit statuses.

0    all is well
1    something was measured and is not well (a failed workload, a regression)
2    it could not be done
130  interrupted
"""

from ringside.cli.main import main

__all__ = ["main"]
