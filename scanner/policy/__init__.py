"""The policy matrix: is data used to train models by default, and who says so?

For a service, a kind of account, conditions, a purpose and a day. `load()` reads the rows (TOML files in `data/`) and checks them;
`resolve()` answers one question and keeps the path to the answer. `rows` has the rows' forms, `checks` the rules between them,
`resolver` the way to an answer. docs/policy-matrix.md is made of the data.
"""

from __future__ import annotations

from scanner.policy.matrix import Matrix, load
from scanner.policy.resolver import Candidate, Question, Resolution, resolve
from scanner.policy.rows import Cell, Service

__all__ = ["Candidate", "Cell", "Matrix", "Question", "Resolution", "Service", "load", "resolve"]
