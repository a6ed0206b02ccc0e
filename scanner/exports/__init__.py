"""The same sources from files that an administrator already has: exports of portals, answers of APIs, archives of logs."""

from scanner.exports.collect import collect
from scanner.exports.routing import Progress, Write

__all__ = ["Progress", "Write", "collect"]
