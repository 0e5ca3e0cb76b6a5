using System.Threading.Channels;

using Skerry.Api;
using Skerry.Catalog;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>Calls between groups over streams of the tunnel: HTTP, from one node's API to another's. Who calls is proved by the tunnel.</summary>
/// <param name="catalog">Knows the other groups and their nodes.</param>
internal sealed class TunnelGroupCalls(ServiceCatalog catalog) : IGroupCalls
{
    private const string Protocol = "/skerry/api/1.0.0";

    /// <summary>Streams that wait to be taken; more wait to be handed on.</summary>
    private const int MaxWaiting = 256;

    private readonly Channel<GroupCall> _calls = Channel.CreateBounded<GroupCall>(MaxWaiting);
    private TunnelNode? _tunnel;

    /// <summary>Begins to take calls, and to make them.</summary>
    public void Start(TunnelNode tunnel)
    {
        _tunnel = tunnel;
        tunnel.Handle(Protocol, HandAsync);
    }

    public IReadOnlyList<string>? ServersOf(string group)
    {
        if (_tunnel is null || !catalog.Current.Groups.TryGetValue(group, out var known)) return null;
        return known.IsReachable ? [.. known.Nodes.Values.Where(node => node.Alive && node.Tunnel.HasManifest).Select(node => node.Name)] : [];
    }

    public async Task<Stream> ConnectAsync(string node, CancellationToken cancellation)
    {
        if (_tunnel is not { } tunnel) throw new IOException($"{node} cannot be reached: this node runs no tunnel.");
        try
        {
            return new TunnelGroupStream(await tunnel.OpenAsync(node, Protocol, cancellation));
        }
        catch (Libp2pException failed)
        {
            throw new IOException(failed.Message, failed);
        }
    }

    public IAsyncEnumerable<GroupCall> AcceptAsync(CancellationToken cancellation) => _calls.Reader.ReadAllAsync(cancellation);

    private async Task HandAsync(string node, string group, Libp2pStream stream, CancellationToken cancellation)
    {
        await using var handed = new TunnelGroupStream(stream);
        await _calls.Writer.WriteAsync(new GroupCall(node, group, handed), cancellation);
        await handed.Over.WaitAsync(cancellation);
    }
}
