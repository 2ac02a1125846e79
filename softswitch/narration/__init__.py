"""The event log in words of two languages, by families: calls, the switch as a whole, queues and agents.

``lines`` tells of entries; ``phrases`` makes words fit to be printed, and knows no event.
"""
