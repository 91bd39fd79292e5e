"""Tests of the program that the steps of [go] run, with the real toolchain."""
