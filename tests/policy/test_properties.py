"""Laws of the resolver over generated questions and generated matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scanner.model import AccountKind, Purpose, Training
from scanner.policy import Cell, Matrix, Question, load, resolve
from scanner.policy.rows import Attribute, AttributeValue, Service

from .conftest import TODAY

MATRIX = load()
GUESSING = replace(  # the same rows, nothing assumed and nothing implied
    MATRIX,
    assumptions={},
    services={name: row.model_copy(update={"implies": {}}) for name, row in MATRIX.services.items()},
)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
ACCOUNTS = st.sampled_from(list(AccountKind))
PURPOSES = st.sampled_from([Purpose.FOUNDATION_TRAINING, Purpose.PRODUCT_IMPROVEMENT])
SERVICES = st.sampled_from([*MATRIX.services, "not_known"])
COUNTRIES = ("BR", "CN", "DE", "HK", "IL", "US", "VN")


def values_of(attribute: str, service: str) -> tuple[str, ...]:
    row = MATRIX.attributes[attribute]
    if row.pattern is not None:
        return COUNTRIES
    return tuple(value.id for value in row.value if not value.services or service in value.services)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    service = draw(SERVICES)
    conditions: dict[str, str] = {}
    for attribute in MATRIX.attributes:
        values = values_of(attribute, service)
        if draw(st.booleans()) and values:
            chosen: list[str] = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
            conditions[attribute] = "|".join(chosen)
    return Question(service, draw(ACCOUNTS), draw(PURPOSES), draw(DAYS), conditions)


def badness(matrix: Matrix, question: Question) -> int:
    return resolve(matrix, question, as_of=TODAY).answer.value.badness


@given(questions(), st.data())
@settings(max_examples=250, deadline=None)
def test_more_knowledge_never_makes_an_answer_worse(question: Question, data: st.DataObject) -> None:
    attribute = data.draw(st.sampled_from(list(MATRIX.attributes)))
    before = question.conditions.get(attribute)
    open_values = before.split("|") if before else values_of(attribute, question.service)
    assume(open_values)
    learned = data.draw(st.lists(st.sampled_from(open_values), min_size=1, unique=True))
    wiser = replace(question, conditions={**question.conditions, attribute: "|".join(learned)})
    assert badness(GUESSING, wiser) <= badness(GUESSING, question)


@given(questions())
@settings(max_examples=200, deadline=None)
def test_no_knowledge_and_no_default_is_the_worst_answer(question: Question) -> None:
    worst = badness(GUESSING, replace(question, conditions={}))
    assert badness(GUESSING, question) <= worst
    assert badness(MATRIX, question) <= worst


@given(questions())
@settings(max_examples=200, deadline=None)
def test_assumptions_are_named_wherever_they_better_an_answer(question: Question) -> None:
    found = resolve(MATRIX, question, as_of=TODAY).answer
    if found.value.badness < badness(replace(MATRIX, assumptions={}), question):
        assert found.assumptions
    confirmed = dict(question.conditions)
    for name in found.assumptions:
        row = MATRIX.assumptions[name]
        default = MATRIX.assumed(row.attribute, question.service, question.on)
        assert default is not None
        assert row.attribute not in question.conditions
        confirmed[row.attribute] = "|".join(default[1].values)
    again = resolve(MATRIX, replace(question, conditions=confirmed), as_of=TODAY).answer
    assert (again.value, again.cell) == (found.value, found.cell)


@given(questions(), st.sampled_from(list(MATRIX.cells)), st.sampled_from(["unverified", "press", "sourceless"]))
@settings(max_examples=250, deadline=None)
def test_doubt_about_a_row_never_clears(question: Question, name: str, doubt: str) -> None:
    changes: dict[str, object] = {
        "unverified": {"confidence": "unverified"},
        "press": {"confidence": "unverified", "evidence": "press"},
        "sourceless": {"confidence": "unverified", "evidence": None, "sources": ()},
    }[doubt]  # type: ignore[assignment]  # one shape of dictionary out of three
    doubted = MATRIX.cells[name].model_copy(update=changes)
    matrix = replace(MATRIX, cells={**MATRIX.cells, name: doubted})
    assert badness(matrix, question) >= badness(MATRIX, question)


@given(questions(), st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_age_of_the_reading_changes_doubts_and_nothing_else(question: Question, days: int) -> None:
    early = resolve(MATRIX, question, as_of=date(2026, 11, 23)).answer
    late = resolve(MATRIX, question, as_of=date(2026, 11, 23) + timedelta(days=days)).answer
    assert replace(late, doubts=()) == replace(early, doubts=())
    assert set(early.doubts) <= set(late.doubts)


@given(questions())
@settings(max_examples=150, deadline=None)
def test_unknown_account_is_the_worst_of_all(question: Question) -> None:
    kinds = [kind for kind in AccountKind if kind is not AccountKind.UNKNOWN]
    worst = max(badness(MATRIX, replace(question, account=kind)) for kind in kinds)
    assert badness(MATRIX, replace(question, account=AccountKind.UNKNOWN)) == worst


@given(questions(), DAYS)
@settings(max_examples=200, deadline=None)
def test_answers_change_on_boundaries_only(question: Question, other: date) -> None:
    first, last = sorted((question.on, other))
    assume(not any(first < day <= last for day in MATRIX.boundaries()))
    answers = [resolve(MATRIX, replace(question, on=day), as_of=TODAY).answer for day in (first, last)]
    assert replace(answers[0], reason="") == replace(answers[1], reason="")


@given(questions())
@settings(max_examples=150, deadline=None)
def test_an_answer_better_than_unknown_has_a_row_that_may_clear(question: Question) -> None:
    found = resolve(MATRIX, question, as_of=TODAY)
    if found.answer.value.badness < Training.UNKNOWN.badness:
        assert found.winner is not None
        assert found.winner.may_clear
        assert found.answer.sources
    assert (found.winner.id if found.winner else "") == found.answer.cell


# ---------------------------------------------------------------- generated matrices, against trying every case

NAMES = {"x": ("1", "2"), "y": ("1", "2", "3"), "z": ("1", "2")}


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    cells = {}
    for number in range(draw(st.integers(1, 6))):
        when: dict[str, tuple[str, ...]] = {}
        for name, values in NAMES.items():
            if draw(st.booleans()):
                when[name] = tuple(draw(st.lists(st.sampled_from(values), min_size=1, unique=True)))
        training = draw(st.sampled_from(list(Training)))
        cells[f"c{number}"] = Cell(
            id=f"c{number}",
            title="a row",
            services=("s",),
            account="msa",
            when=when,
            exception=draw(st.booleans()),
            purpose=Purpose.FOUNDATION_TRAINING,
            training=training,
            opt_out_by="nobody",
            opt_out="none",
            confidence=draw(st.sampled_from(["verified", "unverified"])),
            evidence="primary",
            sources=("ms-edp",),
        )
    attributes = {
        name: Attribute(id=name, title=name, value=tuple(AttributeValue(id=value, meaning=value) for value in values))
        for name, values in NAMES.items()
    }
    service = Service(id="s", name="S", family="F")
    return replace(MATRIX, services={"s": service}, cells=cells, attributes=attributes, assumptions={})


def by_every_case(matrix: Matrix, known: Mapping[str, str]) -> int:
    """Try every case that is open: in each the most specific row answers, the worst of equals, and no row is unknown."""
    worst = 0
    options = [known[name].split("|") if name in known else values for name, values in NAMES.items()]
    for case in product(*options):
        world = dict(zip(NAMES, case, strict=True))
        fits = [c for c in matrix.cells.values() if all(world[name] in allowed for name, allowed in c.when.items())]
        top = max((cell.rank for cell in fits), default=None)
        answers = [
            cell.training.badness if cell.may_clear else Training.UNKNOWN.badness for cell in fits if cell.rank == top
        ]
        worst = max(worst, max(answers, default=Training.UNKNOWN.badness))
    return worst


@given(matrices(), st.data())
@settings(max_examples=250, deadline=None)
def test_never_better_than_the_worst_open_case_and_exact_when_all_is_known(matrix: Matrix, data: st.DataObject) -> None:
    known = {}
    for name, values in NAMES.items():
        if data.draw(st.booleans()):
            known[name] = "|".join(data.draw(st.lists(st.sampled_from(values), min_size=1, unique=True)))
    question = Question("s", AccountKind.MSA, Purpose.FOUNDATION_TRAINING, TODAY, known)
    assert badness(matrix, question) >= by_every_case(matrix, known)
    full = {name: (known.get(name) or values[0]).split("|")[0] for name, values in NAMES.items()}
    exact = replace(question, conditions=full)
    assert badness(matrix, exact) == by_every_case(matrix, full)
    assert badness(matrix, exact) <= badness(matrix, question)
