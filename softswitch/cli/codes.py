"""Exit codes of the command line; 0 is success."""

from __future__ import annotations

from typing import Final

EXIT_CANNOT_START: Final = 1
EXIT_WRONG_CONFIG: Final = 2
EXIT_STEP_FAILED: Final = 3
