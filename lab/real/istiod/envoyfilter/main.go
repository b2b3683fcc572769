// envoyfilter says what istiod would of EnvoyFilters, by the functions that its webhook calls: a line of JSON in, a filter's spec, is a
// line out, {"refused": "…", "warned": "…"}. With -types it prints instead the protobuf types that istiod holds values against: it knows
// those that are linked into it.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	udpa "github.com/cncf/xds/go/udpa/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	networking "istio.io/api/networking/v1alpha3"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation/envoyfilter"
	"istio.io/istio/pkg/util/protomarshal"

	// Everything that is linked into istiod.
	_ "istio.io/istio/pilot/cmd/pilot-discovery/app"
)

const longestLine = 16 << 20

func main() {
	types := flag.Bool("types", false, "print the types that values are held against")
	flag.Parse()
	err := error(nil)
	if *types {
		err = printTypes(os.Stdout)
	} else {
		err = validate(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "envoyfilter:", err)
		os.Exit(1)
	}
}

type answer struct {
	Refused string `json:"refused"`
	Warned  string `json:"warned"`
}

func validate(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		spec := &networking.EnvoyFilter{}
		said := answer{}
		if err := protomarshal.ApplyJSON(lines.Text(), spec); err != nil {
			said.Refused = err.Error()
		} else {
			warning, err := envoyfilter.ValidateEnvoyFilter(config.Config{Spec: spec})
			if err != nil {
				said.Refused = err.Error()
			}
			if warning != nil {
				said.Warned = warning.Error()
			}
		}
		if err := answers.Encode(said); err != nil {
			return err
		}
	}
	return lines.Err()
}

// What a patch's value is (BuildXDSObjectFromStruct in Istio's pkg/config/xds), and what is likely to be named in an Any.
var described = []string{"envoy.config.", "envoy.extensions.", "envoy.type.", "stats.", "udpa.type.", "xds.type."}

// Messages whose JSON has a form of its own: wellKnownType in github.com/golang/protobuf/jsonpb, by which Istio reads.
var wellKnown = []string{
	"Any", "BoolValue", "BytesValue", "DoubleValue", "Duration", "Empty", "FloatValue", "Int32Value", "Int64Value", "ListValue",
	"StringValue", "Struct", "Timestamp", "UInt32Value", "UInt64Value", "Value",
}

// fields of a message with their types, in their order: of several of a oneof the last one counts.
type fields [][2]string

func (f fields) MarshalJSON() ([]byte, error) {
	members := []string{}
	for _, field := range f {
		members = append(members, fmt.Sprintf("%q:%q", field[0], field[1]))
	}
	return []byte("{" + strings.Join(members, ",") + "}"), nil
}

type table struct {
	messages map[string]fields
	enums    map[string][]string
	pending  []protoreflect.MessageDescriptor
}

func printTypes(out io.Writer) error {
	t := &table{messages: map[string]fields{}, enums: map[string][]string{}}
	names := []string{}
	frozen := ""
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		d := m.Descriptor()
		if d.IsMapEntry() {
			return true
		}
		name := string(d.FullName())
		names = append(names, name)
		if isFrozen(d) {
			frozen = name
		}
		if slices.ContainsFunc(described, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			t.pending = append(t.pending, d)
		}
		return true
	})
	// Istio warns of those, which its reader isn't told of since there are none.
	if frozen != "" {
		return fmt.Errorf("%s is of a frozen version, which isn't foreseen", frozen)
	}
	for len(t.pending) > 0 {
		next := t.pending[len(t.pending)-1]
		t.pending = t.pending[:len(t.pending)-1]
		if err := t.add(next); err != nil {
			return err
		}
	}
	rest := slices.DeleteFunc(names, func(name string) bool { return t.messages[name] != nil })
	slices.Sort(rest)
	return t.print(out, rest)
}

func isFrozen(d protoreflect.MessageDescriptor) bool {
	options, ok := d.ParentFile().Options().(*descriptorpb.FileOptions)
	if !ok || !proto.HasExtension(options, udpa.E_FileStatus) {
		return false
	}
	status, ok := proto.GetExtension(options, udpa.E_FileStatus).(*udpa.StatusAnnotation)
	return ok && status.GetPackageVersionStatus() == udpa.PackageVersionStatus_FROZEN
}

func (t *table) add(d protoreflect.MessageDescriptor) error {
	name := string(d.FullName())
	if t.messages[name] != nil {
		return nil
	}
	if d.ParentFile().Package() == "google.protobuf" {
		if !slices.Contains(wellKnown, string(d.Name())) {
			return fmt.Errorf("%s has a form that isn't foreseen", name)
		}
		return nil
	}
	// It may hold itself.
	t.messages[name] = fields{}
	for i := range d.Fields().Len() {
		field := d.Fields().Get(i)
		if field.Cardinality() == protoreflect.Required || field.Kind() == protoreflect.GroupKind {
			return fmt.Errorf("%s has a form that isn't foreseen", field.FullName())
		}
		if field.JSONName() != camel(string(field.Name())) {
			return fmt.Errorf("%s has a name of its own in JSON, %s", field.FullName(), field.JSONName())
		}
		written := ""
		switch oneof := field.ContainingOneof(); {
		case field.IsMap():
			written = "{" + field.MapKey().Kind().String() + "}" + t.single(d, field.MapValue())
		case field.IsList():
			written = "[]" + t.single(d, field)
		case oneof != nil && !oneof.IsSynthetic():
			written = t.single(d, field) + "|" + string(oneof.Name())
		default:
			written = t.single(d, field)
		}
		t.messages[name] = append(t.messages[name], [2]string{string(field.Name()), written})
	}
	return nil
}

// The name of a value's type: a scalar's, or a whole one, without its package where that is the message's.
func (t *table) single(of protoreflect.MessageDescriptor, field protoreflect.FieldDescriptor) string {
	name := protoreflect.FullName("")
	switch field.Kind() {
	case protoreflect.EnumKind:
		name = field.Enum().FullName()
		values := []string{}
		for i := range field.Enum().Values().Len() {
			values = append(values, string(field.Enum().Values().Get(i).Name()))
		}
		t.enums[string(name)] = values
	case protoreflect.MessageKind:
		name = field.Message().FullName()
		t.pending = append(t.pending, field.Message())
	default:
		return field.Kind().String()
	}
	if rest, ok := strings.CutPrefix(string(name), string(of.ParentFile().Package())); ok && strings.HasPrefix(rest, ".") {
		return rest
	}
	return string(name)
}

// camel is a field's name in JSON unless it says another: https://protobuf.dev/programming-guides/json/
func camel(name string) string {
	made := strings.Builder{}
	upper := false
	for _, each := range name {
		switch {
		case each == '_':
			upper = true
			continue
		case upper && each >= 'a' && each <= 'z':
			each -= 'a' - 'A'
		}
		upper = false
		made.WriteRune(each)
	}
	return made.String()
}

// One type a line, so that a new release reads as a diff of the types it touched.
func (t *table) print(out io.Writer, rest []string) error {
	messages, err := lines(t.messages)
	if err != nil {
		return err
	}
	enums, err := lines(t.enums)
	if err != nil {
		return err
	}
	others, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "{\"messages\":{\n%s\n},\"enums\":{\n%s\n},\"others\":%s}\n", messages, enums, others)
	return err
}

func lines[T any](of map[string]T) (string, error) {
	made := []string{}
	for name, value := range of {
		text, err := json.Marshal(value)
		if err != nil {
			return "", err
		}
		made = append(made, fmt.Sprintf("%q:%s", name, text))
	}
	slices.Sort(made)
	return strings.Join(made, ",\n"), nil
}
