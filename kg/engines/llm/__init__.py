"""Any large language model behind an OpenAI-compatible endpoint: ``--engine llm:URL#MODEL``.

A language model reads better than rules and also makes things up. So it is asked for words only, and
nothing it says is taken on trust: every claim quotes its sentence, the quote is looked for in the
article, numbers and dates are read from the quoted words by our own parsers, and what cannot be
found, or does not fit the ontology, is dropped and counted.

::

    article ─chunks─> spans ─prompt─> messages ─client─> reply ─answers─> Answer ─grounding─> Extraction
                                      response_cache: what was once answered is not asked again
"""

from __future__ import annotations

from kg.engines.llm.engine import LlmEngine, make_engine

__all__ = ["LlmEngine", "make_engine"]
