"""What the component answers. `app.py` speaks wasi:http."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

from componentize_py_types import Err
from wit_world.imports import store as keyvalue

# Where the data is kept: "in_memory", "filesystem", "nats", "redis" or "deno_kv".
# All but the first need their line in `.wash/config.yaml`.
BACKEND = "in_memory"

EXPECTED = 'expected {"key":"...","value":"..."}'

# A status and a body.
Response = tuple[int, bytes]


def store(body: bytes) -> Response:
    """Answers a POST: stores a value."""
    try:
        key, value = parse_entry(body)
    except ValueError as error:
        return text(400, f"Invalid JSON: {error}, {EXPECTED}\n")

    def act(bucket: keyvalue.Bucket) -> Response:
        bucket.set(key, value.encode())
        return text(200, f"[{BACKEND}] Stored '{key}'\n")

    return with_bucket(f"store key '{key}'", act)


def read(path_with_query: str) -> Response:
    """Answers a GET: reads a value back."""
    query = path_with_query.partition("?")[2]
    keys = parse_qs(query, keep_blank_values=True).get("key")
    if keys is None:
        return text(400, "Missing required query parameter: key\n")
    key = keys[0]

    def act(bucket: keyvalue.Bucket) -> Response:
        value = bucket.get(key)
        if value is None:
            return text(404, f"[{BACKEND}] Key '{key}' not found\n")
        # Another program may have stored it: its bytes go out as they are, text or not.
        return 200, b"[%s] %s\n" % (BACKEND.encode(), value)

    return with_bucket(f"get key '{key}'", act)


def other() -> Response:
    """Answers any other method."""
    return text(405, "Method Not Allowed\n")


def with_bucket(name: str, act: Callable[[keyvalue.Bucket], Response]) -> Response:
    """Opens the bucket and uses it. What the host refuses becomes a 500 that says so."""
    step = "open bucket"
    try:
        with keyvalue.open(BACKEND) as bucket:
            step = name
            return act(bucket)
    except Err as error:
        return text(500, f"[{BACKEND}] Failed to {step}: {reason_of(error.value)}\n")


def reason_of(error: keyvalue.Error) -> str:
    match error:
        case keyvalue.Error_NoSuchStore():
            return "no such store, is it set in .wash/config.yaml?"
        case keyvalue.Error_AccessDenied():
            return "access denied"
        case keyvalue.Error_Other(reason):
            return reason


def parse_entry(body: bytes) -> tuple[str, str]:
    """Reads a key and its value; a ValueError says in one line why there is none."""
    entry = json.loads(body.decode())
    if not isinstance(entry, dict):
        raise ValueError("not an object")
    key, value = entry.get("key"), entry.get("value")
    if not isinstance(key, str) or not isinstance(value, str):
        raise ValueError('"key" and "value" have to be strings')
    # JSON can spell half a character ("\ud83d"), which UTF-8 has no bytes for.
    (key + value).encode()
    return key, value


def text(status: int, body: str) -> Response:
    return status, body.encode()
