"""What the sub-commands print: plain functions, wired to the command line in ``softswitch/cli``."""
