"""The known editors, and how to open a file in one."""
