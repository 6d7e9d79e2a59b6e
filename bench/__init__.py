"""Measures Doorward's speed and memory on one machine and prints ratios: ``make bench``.

Everything that is compared runs in the same minute on the same machine, load generator and origin
included; a ratio is what to look at, not a single number.
"""
