"""A fourth provider, to prove what docs/providers.md says: this folder and one line of registration."""
