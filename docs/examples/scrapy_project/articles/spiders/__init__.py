"""One spider."""
