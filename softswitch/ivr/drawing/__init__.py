"""A voice menu as a picture: what is on it, where it stands, and how it is drawn."""
