"""Publishing of trees: versions that are kept, what differs between two, and which of them callers walk."""
