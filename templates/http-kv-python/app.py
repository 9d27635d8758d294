"""The component's export, `wasi:http/incoming-handler`: reads the request for
`handler.py` and sends what it answers."""

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    IncomingRequest,
    Method_Get,
    Method_Post,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

import handler

# How many bytes to ask for in one read.
READ_SIZE = 64 * 1024

# The most that `blocking-write-and-flush` takes in one call.
WRITE_SIZE = 4096


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        # `with` gives a resource back to the host at the end of the block.
        with request:
            match request.method():
                case Method_Post():
                    response = handler.store(read_body(request))
                case Method_Get():
                    response = handler.read(request.path_with_query() or "/")
                case _:
                    response = handler.other()
        send(response, response_out)


def read_body(request: IncomingRequest) -> bytes:
    chunks: list[bytes] = []
    # Given back in reverse order: WASI wants the stream before its body.
    with request.consume() as body, body.stream() as stream:
        while True:
            try:
                chunks.append(stream.blocking_read(READ_SIZE))
            except Err as error:
                # WASI tells the end as an error.
                if isinstance(error.value, StreamError_Closed):
                    return b"".join(chunks)
                raise


def send(response: handler.Response, response_out: ResponseOutparam) -> None:
    status, content = response
    headers = Fields.from_list([("content-type", b"text/plain; charset=utf-8")])
    outgoing = OutgoingResponse(headers)
    outgoing.set_status_code(status)
    body = outgoing.body()
    # The body follows its response: the host takes no more of it than it can send.
    ResponseOutparam.set(response_out, Ok(outgoing))
    with body.write() as stream:
        for at in range(0, len(content), WRITE_SIZE):
            stream.blocking_write_and_flush(content[at : at + WRITE_SIZE])
    OutgoingBody.finish(body, None)
