"""A small, strict part of the Kusto Query Language: enough to answer hunting queries, and an error for everything else.

`lexer` cuts text into tokens, `parser` builds an expression tree, `run` evaluates it over rows. Operators: where, extend, summarize.
Language: https://learn.microsoft.com/en-us/kusto/query/
"""

from scanner.sample.kql.lexer import KqlError
from scanner.sample.kql.run import Answer, run

__all__ = ["Answer", "KqlError", "run"]
