"""Everything that is looked at before anything starts; :func:`examining.examine` does all of it."""
