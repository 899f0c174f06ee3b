"""Placeholder."""
def finders(config):
    return []
