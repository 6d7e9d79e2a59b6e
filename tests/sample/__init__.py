"""Tests of the sample application."""
