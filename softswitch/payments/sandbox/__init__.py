"""A payment provider to try things with: complete, on this machine, moving no money."""
