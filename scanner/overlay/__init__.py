"""The organization's overlay: what one organization adds to the policy matrix, in a file of its own (`overlay.toml`).

Stricter rules, exceptions from them, and attested facts. `load()` reads and checks the file; `decide()` merges it with the vendor's
answer for one case (vendor, strictest rule, exception, attestation) and keeps every step. Nothing here changes a vendor's answer.
`rows` has the rows' forms, `checks` the rules between them, `merge` the decision. docs/overlay.md is for those who write the file.
"""

from __future__ import annotations

from scanner.overlay.cases import Case, Use
from scanner.overlay.load import Overlay, load
from scanner.overlay.merge import Decision, decide

__all__ = ["Case", "Decision", "Overlay", "Use", "decide", "load"]
