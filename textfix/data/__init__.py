"""Data files only; `textfix.tables` reads them."""
