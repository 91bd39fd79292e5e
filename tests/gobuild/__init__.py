"""The program that the steps of [go] run, with the real toolchain."""
