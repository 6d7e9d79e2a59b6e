"""Tests of sign-in with Microsoft Entra ID, one file for each of its parts."""
