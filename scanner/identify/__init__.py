"""From signatures to meaning: which service a row is about, which kind of account used it, and how sure both are."""

from scanner.identify.observe import Observation, Observed, observe
from scanner.identify.people import People, Person

__all__ = ["Observation", "Observed", "People", "Person", "observe"]
