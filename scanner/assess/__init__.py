"""Judging: observations meet the policy matrix and become usage, findings, apps and a summary."""

from scanner.assess.assess import Basis, assess

__all__ = ["Basis", "assess"]
