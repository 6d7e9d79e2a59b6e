"""Tests of what only the database's stores promise: durability, damage, encryption, migrations."""
