"""The world outside: one file for each kind of service that is spoken to."""
