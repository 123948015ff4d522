"""A certificate for servers of this machine."""

import shutil
import subprocess
from pathlib import Path

import pytest


HOST = "127.0.0.1"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for this machine, with its key, that nobody has signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("No openssl program to make a certificate with.")
    folder = tmp_path_factory.mktemp("certificate")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sink"]
    command += ["-addext", f"subjectAltName=IP:{HOST}", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem"
