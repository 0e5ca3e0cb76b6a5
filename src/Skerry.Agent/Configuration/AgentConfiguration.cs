using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Agent.Configuration.Schema;
using Skerry.Gateway;
using Skerry.Primitives;
using Skerry.Proxy;

namespace Skerry.Agent.Configuration;

/// <summary>The whole configuration of an agent: what its file says, and a default for every key it does not name.</summary>
internal sealed record AgentConfiguration
{
    [Description("Who this node is.")]
    public NodeConfiguration Node { get; init; } = new();

    [Description("Directory for what must survive a restart: node id, known members, registrations. Absent: kept in memory only.")]
    public string? DataDirectory { get; init; }

    [Secret, Description("The mesh key: 32 bytes in base64, the same on every node, made by `skerry keygen`. Without one, or a credential, an agent stays on loopback.")]
    public string? Key { get; init; }

    [Description("File that holds the mesh key, instead of `key`.")]
    public string? KeyFile { get; init; }

    [Reloadable, Secret, Description("A second mesh key that is believed, too, while one follows the other; [tunnel.md](tunnel.md#rotating-the-mesh-key) has the steps.")]
    public string? SecondKey { get; init; }

    [Reloadable, Description("File that holds it, instead of `secondKey`.")]
    public string? SecondKeyFile { get; init; }

    [Description("What `skerry ca issue` gave this node: its identity, instead of `key`; node and group must be those it is for.")]
    public string? CredentialFile { get; init; }

    [Reloadable, Description("Public key of an authority, as `skerry ca init` prints it: nodes with its credentials are believed, too. With `credentialFile` it is that one's anyway.")]
    public string? TrustedAuthority { get; init; }

    [Reloadable, Description("The authority's list of revocations, as `skerry ca revoke` writes it. Read again when it changes.")]
    public string? RevocationFile { get; init; }

    [Description("Membership.")]
    public GossipConfiguration Gossip { get; init; } = new();

    [Description("The HTTP API.")]
    public ApiConfiguration Api { get; init; } = new();

    [Description("Services and checks.")]
    public CatalogConfiguration Catalog { get; init; } = new();

    [Reloadable, Description("Services of this node, registered at start; those taken out of the file are deregistered.")]
    public ImmutableArray<ServiceConfiguration> Services { get; init; } = [];

    [Description("HTTP traffic in front of services; [gateway.md](gateway.md) explains pipelines and plugins.")]
    public GatewayOptions Gateway { get; init; } = new();

    [Description("Reaching nodes and services of other sites; [tunnel.md](tunnel.md) explains paths, relays and keys.")]
    public EdgeTunnelConfiguration EdgeTunnel { get; init; } = new();

    [Description("What the group agrees on: keys and leases, for etcd's clients; [manifest.md](manifest.md) explains it.")]
    public ManifestConfiguration Manifest { get; init; } = new();

    [Description("Who may do what through the HTTP API; [acl.md](acl.md) explains tokens, policies and rules. Off: everybody everything.")]
    public AclConfiguration Acl { get; init; } = new();

    [Description("Services by name on local addresses; [proxy.md](proxy.md) explains them.")]
    public ProxyOptions Proxy { get; init; } = new();

    [Description("The agent's log.")]
    public LogConfiguration Log { get; init; } = new();

    [Description("Spans of requests and connections, for a collector of OpenTelemetry; [tracing.md](tracing.md) explains them. Off without an endpoint.")]
    public TracingConfiguration Tracing { get; init; } = new();

    [Description("How the agent stops.")]
    public ShutdownConfiguration Shutdown { get; init; } = new();
}
