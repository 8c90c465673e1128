"""`python -m ringside` is the command `ringside`."""

from ringside.cli import main

main()
