"""The pipeline for programs and notebooks: three functions and an object that answers.

In: documents (`build`, `extract`) or the folder that a build wrote (`open_graph`). Out: typed records, and
a `KnowledgeGraph` that gives its answers in the forms in which data is worked with: data frames,
networkx, rdflib, a picture in a notebook. ``import kg`` shows the same names (`open_graph` as
``kg.open``) and loads nothing until one of them is used.
"""

from kg.library.drawing import Drawing
from kg.library.functions import build, extract, open_graph
from kg.library.knowledge_graph import KnowledgeGraph

__all__ = ["Drawing", "KnowledgeGraph", "build", "extract", "open_graph"]
