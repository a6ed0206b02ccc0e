"""Events become usage rows: one row per principal, raw signature of the service, raw signature of the account, and policy period.

Reduce first, reason after: the engine turns a hundred million events into a few hundred thousand rows before any rule looks at them.
The expressions are Ibis, so that the same ones run on the embedded engine and on a cluster.
"""

from scanner.reduce.engine import Tables, open_tables
from scanner.reduce.run import Reduced, reduce, rows

__all__ = ["Reduced", "Tables", "open_tables", "reduce", "rows"]
