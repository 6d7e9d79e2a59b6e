"""What goes into a row comes out of it equal."""
