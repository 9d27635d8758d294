//! The component's export, `wasi:http/incoming-handler`: reads the request for `handler.rs` and
//! sends what it answers.

mod handler;

wit_bindgen::generate!({ path: "wit", world: "http-kv", generate_all });

use exports::wasi::http::incoming_handler::Guest;
use handler::{Request, Response};
use wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasi::io::streams::StreamError;

/// How many bytes to ask for in one read.
const READ_SIZE: u64 = 64 * 1024;

/// The most that `blocking-write-and-flush` takes in one call.
const WRITE_SIZE: usize = 4096;

struct Component;

export!(Component);

impl Guest for Component {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let path_with_query = incoming.path_with_query().unwrap_or_default();
        let response = handler::answer(match incoming.method() {
            Method::Post => Request::Post { body: read_body(&incoming) },
            Method::Get => Request::Get { path_with_query },
            _ => Request::Other,
        });
        send(response, out);
    }
}

fn read_body(request: &IncomingRequest) -> Vec<u8> {
    let body = request.consume().expect("the body is taken once");
    let stream = body.stream().expect("its stream is taken once");
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ_SIZE) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return bytes,
            // The client has gone: nobody is there for an answer.
            Err(StreamError::LastOperationFailed(error)) => panic!("{}", error.to_debug_string()),
        }
    }
}

fn send(Response { status, body: bytes }: Response, out: ResponseOutparam) {
    let headers = Fields::new();
    headers
        .set("content-type", &[b"text/plain; charset=utf-8".to_vec()])
        .expect("the header can be set");
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("the status exists");
    let body = response.body().expect("the body is taken once");
    // The body follows its response: the host takes no more of it than it can send.
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().expect("its stream is taken once");
    for part in bytes.chunks(WRITE_SIZE) {
        if stream.blocking_write_and_flush(part).is_err() {
            break; // the client has gone
        }
    }
    drop(stream); // WASI wants it back before its body
    let _ = OutgoingBody::finish(body, None);
}
