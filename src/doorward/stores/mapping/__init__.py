"""Row to noun and back, one file per noun; pure functions.

Rule: what goes in comes out equal. Rows hold only what JSON and the column types can hold.
"""
