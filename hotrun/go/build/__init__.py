"""The program that the steps of [go] run: it builds one target, or verifies that all targets fit and publishes them.

It reads and writes below the current folder, which is the root. It imports little, because every build starts it.
"""
