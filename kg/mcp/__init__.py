"""Let an assistant ask the graph: a read-only server of the Model Context Protocol.

In: the folder that `kg build` wrote. Out: tools that find entities, claims with their sentences,
neighbours and answers to queries, over stdin and stdout (`serve_stdio`) or streamable HTTP
(`serve_http`). https://modelcontextprotocol.io

Whoever reads the answers is a language model, to which a text is easily more than a text. A newspaper
can print "ignore your instructions" as a company's name. So words of documents stand in JSON fields
only, never in descriptions or error messages; each is bounded in length; characters that are not seen
are written out; and every answer says that it is quotation.
"""

from kg.mcp.transports import serve_http, serve_stdio

__all__ = ["serve_http", "serve_stdio"]
