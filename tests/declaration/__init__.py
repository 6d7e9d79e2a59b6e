"""Tests of the access file."""
