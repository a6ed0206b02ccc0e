"""What a tenant can be asked: one file a source. Each reads everything it may, and says in its Coverage what it could not."""

from scanner.sources.audit import read_audit
from scanner.sources.base import Context, Reader, collect
from scanner.sources.directory import read_directory, read_organization
from scanner.sources.hunting import read_hunting
from scanner.sources.sign_ins import read_sign_ins

SOURCES: dict[str, Reader] = {
    "directory": read_directory,
    "sign_ins": read_sign_ins,
    "audit": read_audit,
    "hunting": read_hunting,
}

__all__ = ["SOURCES", "Context", "Reader", "collect", "read_organization"]
