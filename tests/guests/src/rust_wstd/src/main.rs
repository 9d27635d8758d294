//! Keys and values over HTTP, by wstd: POST {"key", "value"} stores, GET /?key= reads.
//! `/sleep` waits half a second first, by wstd's own timers, and `/echo` hands the body back.

wit_bindgen::generate!({ path: "wit", world: "imports", generate_all });

use serde::Deserialize;
use wasi::keyvalue::store;
use wstd::http::{Body, Error, Method, Request, Response, StatusCode};
use wstd::time::Duration;

/// The bucket that is opened, and the name that the answers carry.
const BACKEND: &str = "in_memory";

#[derive(Deserialize)]
struct Item {
    key: String,
    value: String,
}

#[wstd::http_server]
async fn main(mut request: Request<Body>) -> Result<Response<Body>, Error> {
    match request.uri().path() {
        "/echo" => return Ok(Response::new(request.into_body())),
        "/sleep" => {
            wstd::task::sleep(Duration::from_millis(500)).await;
        }
        _ => {}
    }
    let (status, text) = match *request.method() {
        Method::POST => match request.body_mut().json::<Item>().await {
            Ok(item) => post(item),
            Err(error) => (StatusCode::BAD_REQUEST, format!("Invalid JSON: {error}\n")),
        },
        Method::GET => get(request.uri().query().unwrap_or_default()),
        _ => (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n".to_owned()),
    };
    Ok(Response::builder().status(status).body(text.into())?)
}

fn post(Item { key, value }: Item) -> (StatusCode, String) {
    match store::open(BACKEND).and_then(|bucket| bucket.set(&key, value.as_bytes())) {
        Ok(()) => (StatusCode::OK, format!("[{BACKEND}] Stored '{key}'\n")),
        Err(error) => failed(&error),
    }
}

fn get(query: &str) -> (StatusCode, String) {
    let Some(key) = query.split('&').find_map(|pair| pair.strip_prefix("key=")) else {
        return (
            StatusCode::BAD_REQUEST,
            "Missing required query parameter: key\n".to_owned(),
        );
    };
    match store::open(BACKEND).and_then(|bucket| bucket.get(key)) {
        Ok(Some(value)) => (
            StatusCode::OK,
            format!("[{BACKEND}] {}\n", String::from_utf8_lossy(&value)),
        ),
        Ok(None) => (
            StatusCode::NOT_FOUND,
            format!("[{BACKEND}] Key '{key}' not found\n"),
        ),
        Err(error) => failed(&error),
    }
}

fn failed(error: &store::Error) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("[{BACKEND}] {error:?}\n"))
}
