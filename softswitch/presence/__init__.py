"""Who can be reached, who is talking, what waits for them: told to the phones that want to know."""
