"""Steps and builds: what runs, with which result, and what was good last."""
