"""Certificates for the tests of TLS, made by the `openssl` command."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

#: An elliptic curve: its keys are made in a moment.
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """A certificate in PEM, and the key to it."""

    certificate: Path
    key: Path


def require_openssl() -> None:
    """Skip the test where the command is not installed."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not installed")


def make_authority(directory: Path, name: str, *extensions: str) -> Certificate:
    """An authority, which signs itself; the arguments are those of `make_certificate`."""
    made = _paths(directory, name)
    request = ("req", "-x509", *KEY, "-days", "2", "-subj", f"/CN={name}")
    more = [part for extension in extensions for part in ("-addext", extension)]
    _openssl(*request, *more, "-keyout", made.key, "-out", made.certificate)
    return made


def make_certificate(
    directory: Path, name: str, authority: Certificate, *extensions: str
) -> Certificate:
    """A certificate that an authority has signed.

    Args:
        directory: where it is put.
        name: its common name, and that of its files.
        authority: who signs it.
        extensions: such as "subjectAltName=DNS:localhost".
    """
    made = _paths(directory, name)
    request, told = directory / f"{name}.csr", directory / f"{name}.ext"
    told.write_text("\n".join(("basicConstraints=CA:FALSE", *extensions)))
    _openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", made.key, "-out", request)
    signing = ("-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial")
    signed = ("-days", "2", "-extfile", told, "-out", made.certificate)
    _openssl("x509", "-req", "-in", request, *signing, *signed)
    return made


def _paths(directory: Path, name: str) -> Certificate:
    return Certificate(directory / f"{name}.crt", directory / f"{name}.key")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
