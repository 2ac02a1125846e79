"""A telephone for the terminal: registers, calls, presses keys, plays and records, by a script of steps."""
