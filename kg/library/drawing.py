"""A picture in an output cell of a notebook, with no network and no power over the notebook.

The page of `kg.visualization` is whole in itself. It goes into the ``srcdoc`` of an iframe whose sandbox
gives it an origin of its own: its scripts run, but reach neither the notebook nor its cookies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.visualization import Picture

__all__ = ["Drawing"]

# What the page needs: its own scripts, and its button that saves the picture as a file.
_SANDBOX = "allow-scripts allow-downloads"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that a notebook shows, and that `save` writes to a file."""

    picture: Picture = field(repr=False)
    title: str
    height: int = 600  # pixels

    def save(self, path: str | Path) -> Path:
        """Write the picture as one HTML file and return where."""
        from kg.visualization import write_html

        write_html(self.picture, Path(path), title=self.title)
        return Path(path)

    def _repr_html_(self) -> str:
        from markupsafe import escape

        from kg.visualization import render

        page = escape(render(self.picture, title=self.title))
        return (
            f'<iframe sandbox="{_SANDBOX}" title="{escape(self.title)}" srcdoc="{page}" '
            f'style="width:100%;height:{self.height:d}px;border:1px solid #ddd"></iframe>'
        )
