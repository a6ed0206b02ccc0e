"""The hunting language: exact answers for what is understood, an error for everything else."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sample.kql import Answer, KqlError, run
from scanner.sample.kql.run import has

COLUMNS = {"Timestamp": "DateTime", "Url": "String", "Size": "Int64"}
ROWS: list[dict[str, Any]] = [
    {"Timestamp": datetime(2026, 8, 3, 9, minute, tzinfo=UTC), "Url": url, "Size": size}
    for minute, url, size in [
        (0, "https://Copilot.Microsoft.com/x?q=1", 3),
        (40, "copilot.microsoft.com:443", 5),
        (59, "notcopilot.com", 7),
    ]
] + [{"Timestamp": datetime(2026, 8, 3, 10, 0, tzinfo=UTC), "Url": "www.copilot.com", "Size": 9}]


def ask(query: str, limit: int = 100_000) -> Answer:
    tables: Mapping[str, tuple[Mapping[str, str], list[dict[str, Any]]]] = {"T": (COLUMNS, ROWS)}
    return run(query, tables, limit=limit)


def sizes(condition: str) -> list[int]:
    return [row["Size"] for row in ask(f"T | where {condition}").rows]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Timestamp < datetime(2026-08-03T09:40:00Z)", [3]),
        ("Timestamp <= datetime(2026-08-03T09:40:00Z) and Size != 3", [5]),
        ("Timestamp >= datetime(2026-08-03T10:00)", [9]),
        ("Size > 5 or Size == 3", [3, 7, 9]),
        ("(Size > 5 or Size == 3) and Size < 9", [3, 7]),
        ('Url in ("notcopilot.com", "x")', [7]),
        ('Url in ("NotCopilot.com")', []),
        ('Url in~ ("NotCopilot.com")', [7]),
        ('Url =~ "WWW.copilot.com"', [9]),
        ('Url has "copilot.com"', [9]),
        ('Url has_any ("copilot.microsoft.com", "copilot.com")', [3, 5, 9]),
    ],
)
def test_where(condition: str, expected: list[int]) -> None:
    assert sizes(condition) == expected


def test_extend_and_summarize() -> None:
    answer = ask(r"""T
        | extend Host = tolower(extract(@"^(?:[a-zA-Z]+://)?([^/:?#]+)", 1, Url)) // the host alone
        | summarize Events = count(), First = min(Timestamp), Last = max(Timestamp) by Hour = bin(Timestamp, 1h), Host""")
    assert answer.columns == (
        ("Hour", "DateTime"),
        ("Host", "String"),
        ("Events", "Int64"),
        ("First", "DateTime"),
        ("Last", "DateTime"),
    )
    nine = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)
    assert answer.rows[0] == {
        "Hour": nine,
        "Host": "copilot.microsoft.com",
        "Events": 2,
        "First": nine,
        "Last": nine.replace(minute=40),
    }
    assert [row["Host"] for row in answer.rows] == ["copilot.microsoft.com", "notcopilot.com", "www.copilot.com"]


def test_layout_does_not_matter() -> None:
    assert ask("T|where Size>3|summarize N=count() by Url") == ask(
        "T\n\n |  where  Size >  3\t| summarize N = count()  by  Url "
    )


def test_the_answer_is_cut_at_the_limit() -> None:
    assert len(ask("T", limit=2).rows) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Nowhere | where Size > 1",
        "T | take 5",
        "T | project Size",
        "T | where Nothing > 1",
        "T | where Size >",
        "T | where Size > 1 extra",
        "T | where strcat(Url) == 'x'",
        'T | where Url contains "x"',
        'T | where Url has "x',
        "T | where Size > Url",
        "T | where tolower(Url, Url) == Url",
        "T | where count() > 1",
        "T | extend tolower(Url)",
        "T | extend N = count()",
        "T | summarize N = tolower(Url) by Size",
        "T | summarize N = count()",
        "T | summarize N = count() by bin(Timestamp, 1h)",
        "T | summarize N = count() by H = bin(Size, 1h)",
        "T | where Timestamp > datetime(2026-13-45)",
        "T | where Timestamp > ago(30d)",
        "T || where Size > 1",
    ],
)
def test_what_is_not_understood_is_an_error(query: str) -> None:
    with pytest.raises(KqlError) as caught:
        ask(query)
    assert re.match("Syntax error|Semantic error", caught.value.what)


@given(st.text(alphabet="ab1.-/ ", max_size=12), st.from_regex(r"[ab1]([ab1.-]{0,3}[ab1])?", fullmatch=True))
def test_has_finds_whole_terms_only(text: str, term: str) -> None:
    starts = [place for place in range(len(text)) if text.startswith(term, place)]
    whole = any(
        (place == 0 or not text[place - 1].isalnum())
        and (place + len(term) == len(text) or not text[place + len(term)].isalnum())
        for place in starts
    )
    assert has(text, term) is whole
    assert has(text.upper(), term) is whole


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(KqlError):
        assert len(ask(f"T | where {text}").rows) <= len(ROWS)
