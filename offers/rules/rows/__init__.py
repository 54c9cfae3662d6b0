"""Rows of a file, each with its line: CSV, JSON lines, GeoJSON. Read as a stream; what is no row says so and where."""
