"""Tests of the repository itself: sizes, names, imports, documentation."""
