// Package handler is what the component answers. The package of the export, in bindings, speaks
// wasi:http.
package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"http-kv/bindings/imports/wasi_keyvalue_store"
)

// backend is where the data is kept: "in_memory", "filesystem", "nats", "redis" or "deno_kv". All
// but the first need their line in .wash/config.yaml.
const backend = "in_memory"

// Response is what the handler answers.
type Response struct {
	Status uint16
	Body   []byte
}

type bucket = wasi_keyvalue_store.Bucket
type storeError = wasi_keyvalue_store.Error

// Store answers a POST: it stores a value.
func Store(body []byte) Response {
	key, value, err := parseEntry(body)
	if err != nil {
		return text(400, `Invalid JSON: %s, expected {"key":"...","value":"..."}`, err)
	}
	return withBucket(fmt.Sprintf("store key '%s'", key), func(bucket *bucket) (Response, *storeError) {
		if set := bucket.Set(key, []byte(value)); set.IsErr() {
			failure := set.Err()
			return Response{}, &failure
		}
		return text(200, "[%s] Stored '%s'", backend, key), nil
	})
}

// Read answers a GET: it reads a value back.
func Read(pathWithQuery string) Response {
	_, query, _ := strings.Cut(pathWithQuery, "?")
	parameters, _ := url.ParseQuery(query) // what it cannot decode is left out
	if !parameters.Has("key") {
		return text(400, "Missing required query parameter: key")
	}
	key := strings.ToValidUTF8(parameters.Get("key"), "\ufffd")
	return withBucket(fmt.Sprintf("get key '%s'", key), func(bucket *bucket) (Response, *storeError) {
		got := bucket.Get(key)
		if got.IsErr() {
			failure := got.Err()
			return Response{}, &failure
		}
		if got.Ok().IsNone() {
			return text(404, "[%s] Key '%s' not found", backend, key), nil
		}
		// Another program may have stored it: its bytes go out as they are, text or not.
		return text(200, "[%s] %s", backend, got.Ok().Some()), nil
	})
}

// Other answers any other method.
func Other() Response {
	return text(405, "Method Not Allowed")
}

// withBucket opens the bucket and uses it. What the host refuses becomes a 500 that says so.
func withBucket(act string, use func(*bucket) (Response, *storeError)) Response {
	opened := wasi_keyvalue_store.Open(backend)
	if opened.IsErr() {
		return failed("open bucket", opened.Err())
	}
	bucket := opened.Ok()
	defer bucket.Drop()
	response, failure := use(bucket)
	if failure != nil {
		return failed(act, *failure)
	}
	return response
}

func failed(step string, failure storeError) Response {
	return text(500, "[%s] Failed to %s: %s", backend, step, reasonOf(failure))
}

func reasonOf(failure storeError) string {
	switch failure.Tag() {
	case wasi_keyvalue_store.Error_NoSuchStore:
		return "no such store, is it set in .wash/config.yaml?"
	case wasi_keyvalue_store.Error_AccessDenied:
		return "access denied"
	default:
		return failure.Other()
	}
}

// parseEntry reads a key and its value, or says in one line why there is none.
func parseEntry(body []byte) (key, value string, err error) {
	if !utf8.Valid(body) {
		return "", "", errors.New("the body is not UTF-8") // which would be stored as U+FFFD
	}
	var entry any
	if err := json.Unmarshal(body, &entry); err != nil {
		return "", "", err
	}
	fields, isObject := entry.(map[string]any)
	if !isObject {
		return "", "", errors.New("not an object")
	}
	key, hasKey := fields["key"].(string)
	value, hasValue := fields["value"].(string)
	if !hasKey || !hasValue {
		return "", "", errors.New(`"key" and "value" have to be strings`)
	}
	return key, value, nil
}

func text(status uint16, format string, values ...any) Response {
	return Response{Status: status, Body: fmt.Appendf(nil, format+"\n", values...)}
}
