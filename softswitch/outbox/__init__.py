"""What must reach the outside: written with its cause, tried until it is there, once for each key."""
