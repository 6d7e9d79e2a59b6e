"""The one place that knows every concrete class, and what keeps their processes running."""
