"""Joins the line and the programs' interface: one file a part of the line, each an adapter."""
