"""Tests of where a person's name comes from."""
