"""What attestations say about a case: the switches of the vendor's opt-out that a person declared off, and facts about the tenant.

The vendor's opt-out counts as used only if every switch that the answer's row names is declared off by that person. The declaration
clears nothing: an interface that could confirm it does not exist.
"""

from __future__ import annotations

from datetime import date

from scanner.model import PrincipalKind, Training
from scanner.overlay.cases import Case
from scanner.overlay.load import Overlay
from scanner.overlay.rows import Attestation
from scanner.policy import Matrix


def _switches(matrix: Matrix, case: Case) -> tuple[str, ...]:
    """Give the switches of the vendor's opt-out that each user has; none where the answer's row names no such switch."""
    cell = matrix.cells.get(case.answer.cell)
    names = cell.settings if cell and case.answer.value is Training.YES_OPT_OUT else ()
    return tuple(name for name in names if matrix.settings[name].who == "user")


def declared_off(overlay: Overlay, matrix: Matrix, case: Case, day: date) -> tuple[Attestation, ...]:
    """Give the declarations that every switch is off; empty if one is missing, expired, or says on."""
    if case.principal.kind is PrincipalKind.DEVICE:
        return ()
    names = _switches(matrix, case)
    said = [overlay.attested(name, case.principal, day) for name in names]
    off = tuple(item for item in said if item is not None and item.value == "off")
    return off if names and len(off) == len(names) else ()


def attestation_steps(overlay: Overlay, matrix: Matrix, case: Case, day: date, *, off: bool) -> list[str]:
    """Say what is attested about this person's switches, and about the tenant for this service."""
    steps = []
    for name in _switches(matrix, case):
        said = overlay.attested(name, case.principal, day)
        if said is not None:
            steps.append(f"attestation {said.id}: {name} {_said(said)}")
        elif old := overlay.said_of(name, case.principal):
            steps.append(f"attestation {old[0].id}: {name} expired on {old[0].expires}, as if absent")
    if steps and not off:
        steps.append("attestation: not every switch of the opt-out is declared off, so nothing is lowered")
    about_tenant = (item for item in overlay.of_tenant if day <= item.expires and _concerns(item, matrix, case))
    return [*steps, *(f"attestation {item.id}: {item.about} {_said(item)}" for item in about_tenant)]


def _said(item: Attestation) -> str:
    return f"declared {item.value} by {item.declared_by} on {item.declared_on}, until {item.expires} ({item.evidence})"


def _concerns(item: Attestation, matrix: Matrix, case: Case) -> bool:
    """Tell whether an attestation about the tenant is to be shown beside a case: by its services, else by the answer's row."""
    if item.services is not None:
        return case.service in item.services
    cell = matrix.cells.get(case.answer.cell)
    return cell is not None and item.about in cell.settings
