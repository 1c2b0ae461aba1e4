"""kg: knowledge graphs from Chinese regional economic news."""

__version__ = "0.1.0"
