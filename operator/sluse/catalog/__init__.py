"""A git tree or working directory -> models, or problems with place, reason and remedy; the only `import yaml`."""
