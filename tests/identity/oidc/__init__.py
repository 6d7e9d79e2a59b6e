"""Tests of sign-in with OpenID Connect, one file for each of its parts."""
