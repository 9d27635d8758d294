// As kv_get, by Go itself: opens the bucket "in_memory" and answers the value of "mykey", or "none".
// It does so in a goroutine that sleeps first, so that Go's scheduler and clocks run too.
package export_wasi_http_incoming_handler

import (
	"time"

	witTypes "go.bytecodealliance.org/pkg/wit/types"

	http "wit_component/wasi_http_types"
	streams "wit_component/wasi_io_streams"
	store "wit_component/wasi_keyvalue_store"
)

// blocking-write-and-flush takes no more at once.
const writeLimit = 4096

func Handle(request *http.IncomingRequest, out *http.ResponseOutparam) {
	request.Drop()
	println("go_kv_get: to stderr")
	answer := make(chan []byte)
	go func() {
		time.Sleep(time.Millisecond)
		answer <- read()
	}()
	respond(out, <-answer)
}

func read() []byte {
	opened := store.Open("in_memory")
	if opened.IsErr() {
		return []byte("error")
	}
	bucket := opened.Ok()
	defer bucket.Drop()
	got := bucket.Get("mykey")
	switch {
	case got.IsErr():
		return []byte("error")
	case got.Ok().IsNone():
		return []byte("none")
	default:
		return got.Ok().Some()
	}
}

func respond(out *http.ResponseOutparam, bytes []byte) {
	response := http.MakeOutgoingResponse(http.MakeFields())
	body := response.Body().Ok()
	http.ResponseOutparamSet(out, witTypes.Ok[*http.OutgoingResponse, http.ErrorCode](response))
	stream := body.Write().Ok()
	write(stream, bytes)
	stream.Drop()
	http.OutgoingBodyFinish(body, witTypes.None[*http.Fields]())
}

func write(stream *streams.OutputStream, bytes []byte) {
	for len(bytes) > 0 {
		part := bytes[:min(len(bytes), writeLimit)]
		if stream.BlockingWriteAndFlush(part).IsErr() {
			return
		}
		bytes = bytes[len(part):]
	}
}
