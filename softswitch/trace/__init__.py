"""The trace as people see it: the messages of one call, or of one phone, on one axis with what happened."""
