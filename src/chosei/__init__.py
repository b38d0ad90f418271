"""Chosei (調整): self-hosted scheduling for companies."""

__version__ = "0.1.0"
