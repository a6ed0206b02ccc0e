"""What a question knows: for each attribute the values that are still possible, and which of them are assumed.

Knowledge is a set of values for each attribute: one value where it was observed, several where the observation leaves a choice, the
documented default where nobody observed it, and all values where there is no default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scanner.errors import ConfigError
from scanner.policy.checks import value_allowed
from scanner.policy.matrix import Matrix

Fit = Literal["certain", "open", "out"]

UNKNOWN_VALUE = "unknown"
_ELSE = "\0any other"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known, or assumed, about each attribute for one service on one day.

    Attributes:
        values: attribute to the values that are left; an attribute without an entry is open.
        assumed: attribute to the id of the assumption that gave its values.
        domains: attribute to all values that it can have for the service; none for attributes with a pattern.
    """

    values: Mapping[str, frozenset[str]]
    assumed: Mapping[str, str]
    domains: Mapping[str, frozenset[str]]

    def fit(self, attribute: str, allowed: Iterable[str]) -> Fit:
        """Tell whether an attribute has one of the allowed values: certainly, perhaps, or not."""
        wanted = frozenset(allowed)
        left = self.values.get(attribute) or self.domains[attribute]
        if left and left <= wanted:
            return "certain"
        return "out" if left and not left & wanted else "open"

    def cases(self, attribute: str, mentioned: Iterable[Iterable[str]]) -> frozenset[str]:
        """Give the values to try for an attribute; where any value can occur, those mentioned and one that is not."""
        left = self.values.get(attribute) or self.domains[attribute]
        return left or frozenset(value for values in mentioned for value in values) | {_ELSE}

    def words(self, attribute: str) -> str:
        """Give an attribute's values for a sentence."""
        return " or ".join(sorted(self.values.get(attribute, ())))


def know(matrix: Matrix, service: str, on: date, conditions: Mapping[str, str]) -> Knowledge:
    """Collect what is known: the question's conditions, what the service implies, then documented defaults.

    Raises:
        ConfigError: an attribute or a value is not one of the matrix's.
    """
    values: dict[str, frozenset[str]] = {}
    for attribute, text in conditions.items():
        if found := _checked(matrix, service, attribute, text):
            values[attribute] = found
    implied = matrix.services[service].implies if service in matrix.services else {}
    for attribute, value in implied.items():
        values.setdefault(attribute, frozenset({value}))
    assumed: dict[str, str] = {}
    for attribute in matrix.attributes:
        if attribute not in values and (default := matrix.assumed(attribute, service, on)):
            values[attribute] = frozenset(default[1].values)
            assumed[attribute] = default[0].id
    domains = {
        attribute.id: frozenset(
            value.id for value in attribute.value if not value.services or service in value.services
        )
        for attribute in matrix.attributes.values()
    }
    return Knowledge(values, assumed, domains)


def _checked(matrix: Matrix, service: str, attribute: str, text: str) -> frozenset[str] | None:
    """Give the values that a condition leaves; None where it says `unknown`."""
    row = matrix.attributes.get(attribute)
    if row is None:
        raise ConfigError(
            f"The policy matrix has no condition {attribute!r}.",
            where=f"condition {attribute}={text}",
            do=f"Known conditions are: {', '.join(sorted(matrix.attributes))}.",
        )
    if text == UNKNOWN_VALUE:
        return None
    values = text.split("|")
    for value in values:
        if not value_allowed(row, value, (service,)):
            fitting = [entry.id for entry in row.value if value_allowed(row, entry.id, (service,))]
            known = ", ".join(fitting) if row.value else f"texts that fit {row.pattern}"
            raise ConfigError(
                f"The condition {attribute} has no value {value!r}{f' for {service}' if fitting else ''}.",
                where=f"condition {attribute}={text}",
                do=f"Known values are: {known or 'none for this service'}; and {UNKNOWN_VALUE}.",
            )
    return frozenset(values)
