"""Boot kernels side by side in QEMU, run the same bytes on each, and say what each costs.

The data flows one way, and a package imports only from those to its left:

    catalog -> image -> machine -> session -> records
            -> store -> profile -> stats -> report -> conductor -> cli

`ringside.errors` stands before all of them.
"""

__version__ = "0.1.0"
