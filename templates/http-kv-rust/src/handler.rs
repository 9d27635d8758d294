//! What the component answers. `lib.rs` speaks wasi:http.

use crate::wasi::keyvalue::store::{self, Bucket};
use serde_json::Value;

/// Where the data is kept: "in_memory", "filesystem", "nats", "redis" or "deno_kv". All but the
/// first need their line in `.wash/config.yaml`.
const BACKEND: &str = "in_memory";

/// What the handler reads of a request.
pub enum Request {
    Post { body: Vec<u8> },
    /// What follows the host in the URL, still encoded: `/?key=my%20key`.
    Get { path_with_query: String },
    Other,
}

/// What the handler answers.
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Answers a request: POST stores a value, GET reads it back.
pub fn answer(request: Request) -> Response {
    match request {
        Request::Post { body } => store(&body),
        Request::Get { path_with_query } => read(&path_with_query),
        Request::Other => text(405, "Method Not Allowed\n"),
    }
}

fn store(body: &[u8]) -> Response {
    let (key, value) = match parse_entry(body) {
        Ok(entry) => entry,
        Err(reason) => {
            let expected = r#"expected {"key":"...","value":"..."}"#;
            return text(400, format!("Invalid JSON: {reason}, {expected}\n"));
        }
    };
    with_bucket(&format!("store key '{key}'"), |bucket| {
        bucket.set(&key, value.as_bytes())?;
        Ok(text(200, format!("[{BACKEND}] Stored '{key}'\n")))
    })
}

fn read(path_with_query: &str) -> Response {
    let Some(key) = query_parameter(path_with_query, "key") else {
        return text(400, "Missing required query parameter: key\n");
    };
    with_bucket(&format!("get key '{key}'"), |bucket| {
        Ok(match bucket.get(&key)? {
            None => text(404, format!("[{BACKEND}] Key '{key}' not found\n")),
            // Another program may have stored it: its bytes go out as they are, text or not.
            Some(value) => {
                let body = [format!("[{BACKEND}] ").as_bytes(), &value, b"\n"].concat();
                Response { status: 200, body }
            }
        })
    })
}

/// Opens the bucket and uses it. What the host refuses becomes a 500 that says so.
fn with_bucket(
    act: &str,
    use_it: impl FnOnce(&Bucket) -> Result<Response, store::Error>,
) -> Response {
    let failed = |step: &str, error: store::Error| {
        let reason = match error {
            store::Error::NoSuchStore => "no such store, is it set in .wash/config.yaml?",
            store::Error::AccessDenied => "access denied",
            store::Error::Other(ref reason) => reason,
        };
        text(500, format!("[{BACKEND}] Failed to {step}: {reason}\n"))
    };
    match store::open(BACKEND) {
        Err(error) => failed("open bucket", error),
        Ok(bucket) => use_it(&bucket).unwrap_or_else(|error| failed(act, error)),
    }
}

/// Reads a key and its value out of a request's body, or says in one line why it is none.
fn parse_entry(body: &[u8]) -> Result<(String, String), String> {
    match serde_json::from_slice(body).map_err(|error| error.to_string())? {
        Value::Object(mut entry) => match (entry.remove("key"), entry.remove("value")) {
            (Some(Value::String(key)), Some(Value::String(value))) => Ok((key, value)),
            _ => Err(r#""key" and "value" have to be strings"#.to_owned()),
        },
        _ => Err("not an object".to_owned()),
    }
}

/// The first parameter of that name behind the "?", decoded as a browser encodes it.
fn query_parameter(path_with_query: &str, name: &str) -> Option<String> {
    let (_, query) = path_with_query.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

fn text(status: u16, body: impl Into<String>) -> Response {
    Response { status, body: body.into().into_bytes() }
}
