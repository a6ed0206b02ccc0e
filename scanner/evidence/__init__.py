"""Evidence: what was read, kept as Parquet with a manifest, so that a scan can be judged again, offline, with the same result."""

from scanner.evidence.manifest import Manifest, ScanFacts
from scanner.evidence.store import Evidence, EvidenceWriter, find_scan, open_evidence

__all__ = ["Evidence", "EvidenceWriter", "Manifest", "ScanFacts", "find_scan", "open_evidence"]
