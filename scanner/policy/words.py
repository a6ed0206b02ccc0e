"""Short words for readers: conditions, purposes, accounts. No rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.model import AccountKind, Purpose, Training

PURPOSES: Mapping[Purpose, str] = {
    Purpose.FOUNDATION_TRAINING: "training of foundation models",
    Purpose.PRODUCT_IMPROVEMENT: "improvement of products (machine learning, review by people)",
    Purpose.PERSONALIZATION: "personalization",
    Purpose.ADVERTISING: "advertising",
}
"""Each purpose as a reader says it."""

ACCOUNTS: Mapping[AccountKind, str] = {
    AccountKind.ENTRA: "a work or school account (Entra)",
    AccountKind.MSA: "a personal Microsoft account",
    AccountKind.NONE: "no sign-in",
    AccountKind.GITHUB: "a GitHub account",
    AccountKind.UNKNOWN: "an unknown kind of account",
}
"""Each kind of account as a reader says it."""

ANSWERS: Mapping[Training, str] = {
    Training.NO: "not used by default",
    Training.CUSTOMER_INITIATED: "used only when the customer starts it",
    Training.OPT_IN: "used only after somebody opts in",
    Training.UNKNOWN: "not known",
    Training.YES_OPT_OUT: "used by default, unless somebody opts out",
}
"""Each answer as a reader says it."""


def condition_words(conditions: Mapping[str, Iterable[str]]) -> str:
    """Give conditions in one line, as in `app = older; country = BR or CN`; empty for none."""
    return "; ".join(f"{name} = {' or '.join(values)}" for name, values in conditions.items())
