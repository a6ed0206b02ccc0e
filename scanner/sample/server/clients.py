"""What the sample's application may prove itself with, beside its secret: certificates and federated tokens.

https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials and
https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.sample.facts import facts
from scanner.sample.server.messages import Response
from scanner.sample.server.refusals import refused
from scanner.sample.server.tokens import Parsed, from_base64, parse

_KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class FederatedIdentity:
    """A federated credential of the application: whose tokens are taken, for which subject, and who signs them."""

    issuer: str
    subject: str
    key: rsa.RSAPublicKey
    audience: str = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered with the sample's application.

    Attributes:
        certificates: certificates that were uploaded.
        trusted: subject-name/issuer pairs: an authority's certificate, and the common name of the subject.
        federated: federated credentials.
        identities: user-assigned managed identities (client ids, resource ids or object ids); the system's is always there.
        device_code_seconds: how long a device code may be entered.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    trusted: tuple[tuple[x509.Certificate, str], ...] = ()
    federated: tuple[FederatedIdentity, ...] = ()
    identities: frozenset[str] = frozenset()
    device_code_seconds: int = 900


def refuse_assertion(form: dict[str, str], registration: Registration, endpoint: str) -> Response | None:
    """Check the client assertion of a token request; None means that it holds.

    Args:
        form: the request's fields.
        registration: what the application may sign in with.
        endpoint: the token endpoint, which a certificate's assertion must name.
    """
    token = parse(form.get("client_assertion", ""))
    if form.get("client_assertion_type") != _KIND or token is None:
        return refused(401, "invalid_client", 50027, "JWT token is invalid or malformed.")
    expires = token.claims.get("exp")
    if not isinstance(expires, int | float) or expires <= time.time():
        return refused(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")
    if token.claims.get("iss") == facts().client_id:
        return _refuse_certificate(token, registration, endpoint)
    return _refuse_federated(token, registration)


def _refuse_certificate(token: Parsed, registration: Registration, endpoint: str) -> Response | None:
    if token.claims.get("aud") != endpoint or token.claims.get("sub") != facts().client_id:
        return refused(401, "invalid_client", 700023, "Client assertion audience claim does not match.")
    certificate = _registered(token, registration) or _trusted(token, registration)
    key = certificate.public_key() if certificate else None
    if not isinstance(key, rsa.RSAPublicKey) or not token.signed_by(key):
        return refused(401, "invalid_client", 700027, "The certificate used to sign the assertion is not registered.")
    return None


def _registered(token: Parsed, registration: Registration) -> x509.Certificate | None:
    try:
        thumbprint = from_base64(str(token.head.get("x5t#S256", "")))
    except ValueError:
        return None
    return next((item for item in registration.certificates if item.fingerprint(hashes.SHA256()) == thumbprint), None)


def _trusted(token: Parsed, registration: Registration) -> x509.Certificate | None:
    """The leaf of the chain that came along, if it leads to a trusted authority and has the registered name."""
    try:
        chain = [x509.load_der_x509_certificate(base64.b64decode(item)) for item in token.head.get("x5c", [])]
    except ValueError:
        return None
    for authority, name in registration.trusted:
        if chain and all(_signed(below, above) for below, above in pairwise([*chain, authority])):
            subject = chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            if [item.value for item in subject] == [name]:
                return chain[0]
    return None


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _refuse_federated(token: Parsed, registration: Registration) -> Response | None:
    known = [item for item in registration.federated if item.issuer == token.claims.get("iss")]
    if not known:
        return refused(400, "invalid_client", 700211, "No matching federated identity record found for the issuer.")
    known = [item for item in known if item.subject == token.claims.get("sub")]
    if not known:
        return refused(400, "invalid_client", 700213, "No matching federated identity record found for the subject.")
    known = [item for item in known if item.audience == token.claims.get("aud")]
    if not known:
        return refused(400, "invalid_client", 700212, "No matching federated identity record found for the audience.")
    if not any(token.signed_by(item.key) for item in known):
        return refused(401, "invalid_client", 5000223, "The signature of the federated token is not valid.")
    return None
