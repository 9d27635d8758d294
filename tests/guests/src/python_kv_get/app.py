"""As kv_get, by componentize-py: answers the value of "mykey", or "none"."""

from componentize_py_types import Ok
from wit_world import exports
from wit_world.imports import store
from wit_world.imports.types import (
    Fields,
    IncomingRequest,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        with store.open("in_memory") as bucket:
            value = bucket.get("mykey")
        response = OutgoingResponse(Fields())
        body = response.body()
        ResponseOutparam.set(response_out, Ok(response))
        with body.write() as stream:
            stream.blocking_write_and_flush(b"none" if value is None else value)
        OutgoingBody.finish(body, None)
