"""The tests, mirroring ``src/doorward``; ``live`` holds those that start real programs."""
