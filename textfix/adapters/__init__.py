"""Adapters: the library as a step in the tools people scrape and clean with. Each is imported by its user alone."""
