"""``doorward ...``: thin commands, one file per noun."""
