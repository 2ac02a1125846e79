"""The event log in words of two languages, by families: calls, the switch as a whole, queues and agents."""

from softswitch.narration.lines import TAIL, CauseFirst, narrate, told
from softswitch.narration.phrases import LONGEST_WORD, made_for_words, printable

__all__ = ["LONGEST_WORD", "TAIL", "CauseFirst", "made_for_words", "narrate", "printable", "told"]
