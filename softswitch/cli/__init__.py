"""The command line of the switch: what is typed, what it does, and with which exit code it ends."""

from softswitch.cli.codes import EXIT_CANNOT_START, EXIT_STEP_FAILED, EXIT_WRONG_CONFIG
from softswitch.cli.root import app, main

__all__ = ["EXIT_CANNOT_START", "EXIT_STEP_FAILED", "EXIT_WRONG_CONFIG", "app", "main"]
