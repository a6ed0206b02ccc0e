"""Everything this tool can fail with, as one tree.

```
ScannerError                exit 1   something went wrong; diagnostics() says what happened, where, and what to do
├── ConfigError             exit 2   the configuration, a command's words, or a data file of ours is not valid
│   └── DataFileError       exit 2   a TOML data file (policy, overlay, signatures) is not valid: file, key, line
├── InputError              exit 2   a file or folder given to the scan cannot be read at all
├── AccessError             exit 3   sign-in failed, or nothing may be read
│   ├── SignInError         exit 3   no token
│   └── NotPermittedError   exit 3   a token, but the API said no (401, 403)
├── ServiceError            exit 1   the service answered with an error, or not at all
│   ├── NotLicensedError    exit 1   the API needs a licence that the tenant lacks
│   ├── NotFoundError       exit 1   the API does not exist here (wrong cloud, feature not deployed)
│   ├── ThrottledError      exit 1   told to wait for longer than we may
│   └── BadAnswerError      exit 1   an answer that is not what the API documents
├── EvidenceError           exit 1   stored evidence is missing, damaged, or of another version
└── OutputError             exit 1   a report cannot be written (folder, permission, disk space)
```

A source never lets one of these end a scan: it becomes the source's `Coverage`.
"""

from __future__ import annotations


class ScannerError(Exception):
    """Base of all errors: what happened, where it happened, and what to do about it.

    Attributes:
        what: one sentence that says what happened. Never holds a secret.
        where: the file, key, line or URL, or an empty string.
        do: what the reader can do, or an empty string.
        exit_code: the process's exit code when this ends a command.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.do = do

    def diagnostics(self) -> str:
        """Give the error as lines for a terminal: what, where, what to do."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.do:
            lines.append(f"  to do: {self.do}")
        return "\n".join(lines)


class ConfigError(ScannerError):
    """The configuration or the command's words are not valid."""

    exit_code = 2


class DataFileError(ConfigError):
    """A data file (policy matrix, overlay, signatures) is not valid."""


class InputError(ScannerError):
    """A file or folder that was given as input cannot be used at all."""

    exit_code = 2


class AccessError(ScannerError):
    """Nothing could be read, because access was refused."""

    exit_code = 3


class SignInError(AccessError):
    """The sign-in gave no token."""


class NotPermittedError(AccessError):
    """The API refused a token that was accepted elsewhere (401 or 403)."""


class ServiceError(ScannerError):
    """A service answered with an error, or did not answer."""


class NotLicensedError(ServiceError):
    """The API needs a licence that the tenant does not have."""


class NotFoundError(ServiceError):
    """The API does not exist in this cloud, or the feature is not deployed."""


class ThrottledError(ServiceError):
    """The service asked for a longer pause than the scan may take."""


class BadAnswerError(ServiceError):
    """An answer that does not have the documented form."""


class EvidenceError(ScannerError):
    """Stored evidence is missing, damaged, or written by an incompatible version."""


class OutputError(ScannerError):
    """A report cannot be written; what was there before is untouched."""
