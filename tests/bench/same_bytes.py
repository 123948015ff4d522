"""The anchor of a page: an application that does nothing but answer with the bytes of a file, named in BENCH_BYTES."""

import os
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment


_body = Path(os.environ["BENCH_BYTES"]).read_bytes()
_headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(_body)))]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer any request with the same bytes."""
    start_response("200 OK", _headers)
    return [_body]
