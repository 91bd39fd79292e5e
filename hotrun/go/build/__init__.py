"""The program that the steps of [go] run: builds one target, or proves that all of them fit and publishes them.

It reads and writes below the current folder, which is the root, and is small: it is started with each build.
"""
