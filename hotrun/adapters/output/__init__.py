"""Reads the output of programs, and writes their input."""
