// ads shows what istiod pushes: it speaks ADS as one sidecar would, acknowledges everything and prints a line of JSON
// for each answer, {"type": "routes", "version": "…", "resources": […]}. It ends with its standard input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	// Register every type that istiod sends, so that it can be printed.
	_ "github.com/cncf/xds/go/udpa/type/v1"
	_ "github.com/cncf/xds/go/xds/type/v3"
	_ "istio.io/istio/pkg/config/xds"
)

const (
	clusters  = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	listeners = "type.googleapis.com/envoy.config.listener.v3.Listener"
	routes    = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	endpoints = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
)

var names = map[string]string{clusters: "clusters", listeners: "listeners", routes: "routes", endpoints: "endpoints"}

func main() {
	address := flag.String("address", "", "istiod's plaintext gRPC address")
	node := flag.String("node", "", "the proxy's id: sidecar~IP~POD.NAMESPACE~NAMESPACE.svc.cluster.local")
	namespace := flag.String("namespace", "", "the proxy's namespace")
	cluster := flag.String("cluster", "", "the proxy's cluster")
	labels := flag.String("labels", "{}", "the pod's labels as JSON")
	of := flag.String("endpoints", "", "the end of the names of clusters whose endpoints are asked for; empty: none")
	flag.Parse()
	if err := run(*address, *node, *namespace, *cluster, *labels, *of); err != nil {
		fmt.Fprintln(os.Stderr, "ads:", err)
		os.Exit(1)
	}
}

func run(address, node, namespace, cluster, labels, endpointsOf string) error {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	pod := map[string]any{}
	if err := json.Unmarshal([]byte(labels), &pod); err != nil {
		return fmt.Errorf("-labels: %w", err)
	}
	metadata, err := structpb.NewStruct(map[string]any{
		"NAMESPACE":     namespace,
		"CLUSTER_ID":    cluster,
		"ISTIO_VERSION": "1.30.0",
		"LABELS":        pod,
	})
	if err != nil {
		return err
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(256<<20)))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	stream, err := discovery.NewAggregatedDiscoveryServiceClient(connection).StreamAggregatedResources(ctx)
	if err != nil {
		return err
	}
	identity := &core.Node{Id: node, Metadata: metadata}
	wanted := map[string][]string{}
	for _, kind := range []string{clusters, listeners} {
		if err := stream.Send(&discovery.DiscoveryRequest{Node: identity, TypeUrl: kind}); err != nil {
			return err
		}
	}
	output := bufio.NewWriter(os.Stdout)
	for {
		answer, err := stream.Recv()
		if err != nil {
			if ctx.Err() != nil || err == io.EOF {
				return nil
			}
			return err
		}
		if err := show(output, answer); err != nil {
			return err
		}
		acknowledged := &discovery.DiscoveryRequest{
			TypeUrl:       answer.TypeUrl,
			VersionInfo:   answer.VersionInfo,
			ResponseNonce: answer.Nonce,
			ResourceNames: wanted[answer.TypeUrl],
		}
		if err := stream.Send(acknowledged); err != nil {
			return err
		}
		asked, found := "", []string{}
		switch {
		case answer.TypeUrl == listeners:
			asked = routes
			found, err = routeNames(answer)
		case answer.TypeUrl == clusters && endpointsOf != "":
			asked = endpoints
			found, err = clusterNames(answer, endpointsOf)
		}
		if err != nil {
			return err
		}
		if asked == "" || strings.Join(found, "\n") == strings.Join(wanted[asked], "\n") {
			continue
		}
		wanted[asked] = found
		if err := stream.Send(&discovery.DiscoveryRequest{TypeUrl: asked, ResourceNames: found}); err != nil {
			return err
		}
	}
}

func show(output *bufio.Writer, answer *discovery.DiscoveryResponse) error {
	resources := make([]json.RawMessage, 0, len(answer.Resources))
	for _, resource := range answer.Resources {
		message, err := resource.UnmarshalNew()
		if err != nil {
			return err
		}
		text, err := protojson.Marshal(message)
		if err != nil {
			return err
		}
		resources = append(resources, text)
	}
	line, err := json.Marshal(map[string]any{
		"type":      names[answer.TypeUrl],
		"version":   answer.VersionInfo,
		"resources": resources,
	})
	if err != nil {
		return err
	}
	if _, err := output.Write(append(line, '\n')); err != nil {
		return err
	}
	return output.Flush()
}

// routeNames lists the route configurations that the listeners refer to.
func routeNames(answer *discovery.DiscoveryResponse) ([]string, error) {
	found := map[string]bool{}
	for _, resource := range answer.Resources {
		one := &listener.Listener{}
		if err := resource.UnmarshalTo(one); err != nil {
			return nil, err
		}
		chains := one.FilterChains
		if one.DefaultFilterChain != nil {
			chains = append(chains, one.DefaultFilterChain)
		}
		for _, chain := range chains {
			for _, filter := range chain.Filters {
				manager := &hcm.HttpConnectionManager{}
				if config := filter.GetTypedConfig(); config == nil || !config.MessageIs(manager) {
					continue
				} else if err := config.UnmarshalTo(manager); err != nil {
					return nil, err
				}
				if name := manager.GetRds().GetRouteConfigName(); name != "" {
					found[name] = true
				}
			}
		}
	}
	sorted := make([]string, 0, len(found))
	for name := range found {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return sorted, nil
}

// clusterNames lists the clusters with that end whose endpoints come by themselves.
func clusterNames(answer *discovery.DiscoveryResponse, end string) ([]string, error) {
	found := []string{}
	for _, resource := range answer.Resources {
		one := &clusterv3.Cluster{}
		if err := resource.UnmarshalTo(one); err != nil {
			return nil, err
		}
		if one.GetType() == clusterv3.Cluster_EDS && strings.HasSuffix(one.Name, end) {
			found = append(found, one.Name)
		}
	}
	sort.Strings(found)
	return found, nil
}
