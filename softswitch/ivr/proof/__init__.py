"""Tests of trees: written in YAML beside the tree, run in virtual time, counted, proposed, called live."""
