"""Reads what programs print, and writes what they are sent."""
