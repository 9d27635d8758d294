// An HTTP component that stores values under keys. The work is done by package handler; what
// stands in bindings is made from wit.
package main

import _ "http-kv/bindings/exports/wit_exports"

// The host calls the export, never main.
func main() {}
