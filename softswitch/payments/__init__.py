"""Money by telephone: payments that are never charged twice, whatever breaks when."""
