"""The words that reports use for the vocabulary's values, so that every format says the same thing in the same way."""

from __future__ import annotations

from scanner.model import AccountKind, CoverageStatus, Grade, PrincipalKind, Purpose, Severity, Training

SEVERITY: dict[Severity, str] = {
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}

GRADE: dict[Grade, str] = {
    Grade.PROVEN: "Proven",
    Grade.STRONG: "Strong",
    Grade.PROBABLE: "Probable",
    Grade.POSSIBLE: "Possible",
    Grade.EXPOSURE: "Exposure",
    Grade.UNKNOWN: "Unknown",
}

GRADE_MEANING: dict[Grade, str] = {
    Grade.PROVEN: "A record shows that this identity used this service with this kind of account.",
    Grade.STRONG: "A record names the service, or a personal sign-in to it, for this user or device.",
    Grade.PROBABLE: "The service's addresses were used repeatedly, in a way that fits real use.",
    Grade.POSSIBLE: "A single hit or an inventory entry. It raises a question; it does not claim use.",
    Grade.EXPOSURE: "Use is possible because a control is missing. Nothing shows that it took place.",
    Grade.UNKNOWN: 'Not collected, not permitted or not licensed. It is never read as "no use".',
}

ACCOUNT: dict[AccountKind, str] = {
    AccountKind.ENTRA: "Work account (Entra)",
    AccountKind.MSA: "Personal account (Microsoft)",
    AccountKind.NONE: "No account (not signed in)",
    AccountKind.GITHUB: "GitHub account",
    AccountKind.UNKNOWN: "Unknown account",
}

TRAINING: dict[Training, str] = {
    Training.NO: "No",
    Training.CUSTOMER_INITIATED: "Only if the customer starts it",
    Training.OPT_IN: "Only after opting in",
    Training.UNKNOWN: "Unknown (treated as yes)",
    Training.YES_OPT_OUT: "Yes, unless opted out",
}

NOT_JUDGED = "Not judged (another vendor)"
"""For services that are listed when seen; `TrainingAnswer.confidence` is then `not_judged`."""

PURPOSE: dict[Purpose, str] = {
    Purpose.FOUNDATION_TRAINING: "Training of foundation models",
    Purpose.PRODUCT_IMPROVEMENT: "Product and AI improvement",
    Purpose.PERSONALIZATION: "Personalization",
    Purpose.ADVERTISING: "Advertising",
}

STATUS: dict[CoverageStatus, str] = {
    CoverageStatus.COMPLETE: "Complete",
    CoverageStatus.PARTIAL: "Partial",
    CoverageStatus.NOT_PERMITTED: "Not permitted",
    CoverageStatus.NOT_LICENSED: "Not licensed",
    CoverageStatus.NOT_CONFIGURED: "Not configured",
    CoverageStatus.UNAVAILABLE: "Unavailable",
    CoverageStatus.THROTTLED: "Throttled",
}

PRINCIPAL: dict[PrincipalKind, str] = {
    PrincipalKind.MEMBER: "Member",
    PrincipalKind.GUEST: "Guest",
    PrincipalKind.SERVICE_PRINCIPAL: "Application",
    PrincipalKind.MANAGED_IDENTITY: "Managed identity",
    PrincipalKind.AGENT: "Agent",
    PrincipalKind.DEVICE: "Device",
    PrincipalKind.POLICY_ROW: "Policy row",
    PrincipalKind.TENANT: "Tenant",
    PrincipalKind.UNKNOWN: "Not in the directory",
}

CONFIDENCE: dict[str, str] = {
    "verified": "Verified",
    "seed_only": "Starting source only",
    "unverified": "Unverified",
    "none": "No policy row answers",
}


def account_words(value: str) -> str:
    """Give the words for an account kind of a policy row; a value that is no account kind (`any`) stays as it is."""
    return ACCOUNT[AccountKind(value)] if value in set(AccountKind) else value


def confidence_words(value: str) -> str:
    """Give the words for a policy row's confidence; an unknown value stays as it is."""
    return CONFIDENCE.get(value, value)
