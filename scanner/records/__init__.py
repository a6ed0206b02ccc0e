"""Slim records: the columns that are kept of what Microsoft sends, and the parsers that make them. Never any content."""
