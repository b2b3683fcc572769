// cel says which expressions Istio's webhook takes for the filter of a Telemetry's access log: of each line of its
// standard input, a text as JSON, it prints a line: null, or why it is refused as a text of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	telemetry "istio.io/api/telemetry/v1alpha1"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
)

// What the webhook is asked of, with the expression alone in it.
func refusal(expression string) error {
	filter := &telemetry.AccessLogging_Filter{Expression: expression}
	_, err := validation.ValidateTelemetry(config.Config{
		Meta: config.Meta{Name: "logs", Namespace: "shop"},
		Spec: &telemetry.Telemetry{AccessLogging: []*telemetry.AccessLogging{{Filter: filter}}},
	})
	return err
}

func run(in io.Reader, out io.Writer) error {
	expressions := json.NewDecoder(bufio.NewReader(in))
	answers := json.NewEncoder(out)
	for {
		var expression string
		if err := expressions.Decode(&expression); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var answer *string
		if err := refusal(expression); err != nil {
			text := err.Error()
			answer = &text
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	err := run(os.Stdin, out)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
