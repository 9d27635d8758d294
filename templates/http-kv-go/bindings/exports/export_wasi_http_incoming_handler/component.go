// Package export_wasi_http_incoming_handler is the component's export: it reads the request for
// package handler and sends what that answers. The package's name and place are what the made
// bindings look for; this file is not made.
package export_wasi_http_incoming_handler

import (
	witTypes "go.bytecodealliance.org/pkg/wit/types"

	http "http-kv/bindings/imports/wasi_http_types"
	streams "http-kv/bindings/imports/wasi_io_streams"
	"http-kv/handler"
)

// readSize is how many bytes to ask for in one read.
const readSize = 64 * 1024

// writeSize is the most that blocking-write-and-flush takes in one call.
const writeSize = 4096

// Handle answers one request.
func Handle(request *http.IncomingRequest, out *http.ResponseOutparam) {
	defer request.Drop()
	send(answer(request), out)
}

func answer(request *http.IncomingRequest) handler.Response {
	switch request.Method().Tag() {
	case http.Method_Post:
		return handler.Store(readBody(request))
	case http.Method_Get:
		return handler.Read(request.PathWithQuery().SomeOr("/"))
	default:
		return handler.Other()
	}
}

func readBody(request *http.IncomingRequest) []byte {
	body := request.Consume().Ok()
	defer body.Drop()
	stream := body.Stream().Ok()
	defer stream.Drop() // before its body, as WASI wants it
	var bytes []byte
	for {
		chunk := stream.BlockingRead(readSize)
		if chunk.IsOk() {
			bytes = append(bytes, chunk.Ok()...)
			continue
		}
		// WASI tells the end as an error.
		if failure := chunk.Err(); failure.Tag() != streams.StreamError_Closed {
			panic(failure.LastOperationFailed().ToDebugString())
		}
		return bytes
	}
}

func send(answer handler.Response, out *http.ResponseOutparam) {
	headers := http.FieldsFromList([]witTypes.Tuple2[string, []byte]{
		{F0: "content-type", F1: []byte("text/plain; charset=utf-8")},
	}).Ok()
	response := http.MakeOutgoingResponse(headers)
	response.SetStatusCode(answer.Status)
	body := response.Body().Ok()
	// The body follows its response: the host takes no more of it than it can send.
	http.ResponseOutparamSet(out, witTypes.Ok[*http.OutgoingResponse, http.ErrorCode](response))
	write(body.Write().Ok(), answer.Body)
	http.OutgoingBodyFinish(body, witTypes.None[*http.Fields]())
}

func write(stream *streams.OutputStream, bytes []byte) {
	defer stream.Drop()
	for len(bytes) > 0 {
		part := bytes[:min(len(bytes), writeSize)]
		if stream.BlockingWriteAndFlush(part).IsErr() {
			return // the client has gone
		}
		bytes = bytes[len(part):]
	}
}
