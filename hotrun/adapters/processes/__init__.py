"""Starts programs and reports what becomes of them."""
