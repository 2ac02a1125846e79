"""The REST interface: one file a resource, each with a router of its own."""
