//! Keys and values over HTTP, with nothing but the bindings of wit-bindgen:
//! POST {"key", "value"} stores, GET /?key= reads.

wit_bindgen::generate!({ path: "wit", world: "http-kv", generate_all });

use exports::wasi::http::incoming_handler::Guest;
use serde::Deserialize;
use wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasi::io::streams::StreamError;
use wasi::keyvalue::store;

/// The bucket that is opened, and the name that the answers carry.
const BACKEND: &str = "in_memory";

/// blocking-write-and-flush takes no more at once.
const WRITE_LIMIT: usize = 4096;

#[derive(Deserialize)]
struct Item {
    key: String,
    value: String,
}

type Answer = (u16, String);

struct Component;

export!(Component);

impl Guest for Component {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let (status, body) = match request.method() {
            Method::Post => post(&request),
            Method::Get => get(&request),
            _ => (405, "Method Not Allowed\n".to_owned()),
        };
        respond(out, status, body.as_bytes());
    }
}

fn post(request: &IncomingRequest) -> Answer {
    let body = match read_body(request) {
        Ok(body) => body,
        Err(message) => return (400, message),
    };
    match serde_json::from_slice::<Item>(&body) {
        Err(error) => (400, format!("Invalid JSON: {error}\n")),
        Ok(Item { key, value }) => {
            match store::open(BACKEND).and_then(|bucket| bucket.set(&key, value.as_bytes())) {
                Ok(()) => (200, format!("[{BACKEND}] Stored '{key}'\n")),
                Err(error) => failed(&error),
            }
        }
    }
}

fn get(request: &IncomingRequest) -> Answer {
    let target = request.path_with_query().unwrap_or_default();
    let Some(key) = query_parameter(&target, "key") else {
        return (400, "Missing required query parameter: key\n".to_owned());
    };
    match store::open(BACKEND).and_then(|bucket| bucket.get(&key)) {
        Ok(Some(value)) => {
            (200, format!("[{BACKEND}] {}\n", String::from_utf8_lossy(&value)))
        }
        Ok(None) => (404, format!("[{BACKEND}] Key '{key}' not found\n")),
        Err(error) => failed(&error),
    }
}

fn failed(error: &store::Error) -> Answer {
    let what = match error {
        store::Error::NoSuchStore => "no such store",
        store::Error::AccessDenied => "access denied",
        store::Error::Other(message) => message,
    };
    (500, format!("[{BACKEND}] {what}\n"))
}

fn read_body(request: &IncomingRequest) -> Result<Vec<u8>, String> {
    let body = request.consume().map_err(|()| "The body is gone\n".to_owned())?;
    let stream = body.stream().map_err(|()| "The body is gone\n".to_owned())?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(64 * 1024) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(format!("Cannot read the body: {}\n", error.to_debug_string()));
            }
        }
    }
}

/// The value of a query parameter, percent-decoded; an empty one counts as missing.
fn query_parameter(target: &str, name: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (found, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(found) == name && !value.is_empty()).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (b'+', _) => {
                decoded.push(b' ');
                at += 1;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn respond(out: ResponseOutparam, status: u16, bytes: &[u8]) {
    let headers = Fields::new();
    headers.set("content-type", &[b"text/plain; charset=utf-8".to_vec()]).unwrap();
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).unwrap();
    let body = response.body().unwrap();
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().unwrap();
    for part in bytes.chunks(WRITE_LIMIT) {
        if stream.blocking_write_and_flush(part).is_err() {
            break; // the client is gone
        }
    }
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
}
