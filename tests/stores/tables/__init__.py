"""Tests of the tables' own types."""
