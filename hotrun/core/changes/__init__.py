"""Changes before their build: debounced, matched against the project, and checked for rebuild loops."""
