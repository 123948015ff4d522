"""The one way to write data down, so that the same numbers are the same bytes everywhere."""

import hashlib
import json
from typing import Any


def canonical_json(data: Any) -> str:
    """Return data as JSON with sorted keys and no spaces: the same bytes on every machine and in every run."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(data: Any) -> str:
    """Return the SHA-256 of data in canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()
