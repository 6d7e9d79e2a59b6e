"""Tests against real parts: other programs, started by the test and ended with it."""
