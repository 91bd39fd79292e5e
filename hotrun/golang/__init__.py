"""Go plugins: whether a host can open them, decided from the files before anything is started."""
