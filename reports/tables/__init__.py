"""Flat tables of an assessment, without any file format: the workbook's sheets, and later CSV and HTML, are made from these.

Every table is a pure function of the `Assessment`. Nothing is judged or counted here in another way than the assessment did.
"""

from __future__ import annotations

from typing import Any

from reports.tables.apps import apps_table
from reports.tables.columns import Column, Kind, Link, Table, Value
from reports.tables.coverage import coverage_table
from reports.tables.findings import findings_table
from reports.tables.people import people_table
from reports.tables.policy import policy_table
from scanner.model import Assessment

__all__ = [
    "Column",
    "Kind",
    "Link",
    "Table",
    "Value",
    "all_tables",
    "apps_table",
    "coverage_table",
    "findings_table",
    "people_table",
    "policy_table",
]


def all_tables(assessment: Assessment) -> tuple[Table[Any], ...]:
    """Give all tables in the order in which a report shows them."""
    makers = (findings_table, people_table, apps_table, policy_table, coverage_table)
    return tuple(make(assessment) for make in makers)
