using System.Threading.Channels;

using Skerry.Libp2p;
using Skerry.Manifest;
using Skerry.Raft;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>The streams between the nodes of a group, over the tunnel; only nodes of this group are let in.</summary>
internal sealed class TunnelGroupTransport : IGroupTransport
{
    private const string Messages = "/skerry/raft/1.0.0";
    private const string Snapshots = "/skerry/raft-snapshot/1.0.0";
    private const string Questions = "/skerry/group/1.0.0";

    /// <summary>Streams that wait to be taken; more wait to be handed on.</summary>
    private const int MaxWaiting = 256;

    private readonly TunnelNode? _tunnel;
    private readonly string _group;
    private readonly Channel<RaftStream> _raft = Channel.CreateBounded<RaftStream>(MaxWaiting);
    private readonly Channel<RaftStream> _asked = Channel.CreateBounded<RaftStream>(MaxWaiting);

    /// <param name="tunnel">Carries them; null: there is no key, and this node is alone.</param>
    /// <param name="group">This node's group.</param>
    public TunnelGroupTransport(TunnelNode? tunnel, string group)
    {
        (_tunnel, _group) = (tunnel, group);
        tunnel?.Handle(Messages, (node, of, stream, cancel) => HandAsync(node, of, stream, _raft, cancel));
        tunnel?.Handle(Snapshots, (node, of, stream, cancel) => HandAsync(node, of, stream, _raft, cancel));
        tunnel?.Handle(Questions, (node, of, stream, cancel) => HandAsync(node, of, stream, _asked, cancel));
    }

    public Task<Stream> ConnectAsync(string node, RaftStreamKind kind, CancellationToken cancellation) =>
        OpenAsync(node, kind == RaftStreamKind.Snapshots ? Snapshots : Messages, cancellation);

    public Task<Stream> AskAsync(string node, CancellationToken cancellation) => OpenAsync(node, Questions, cancellation);

    public IAsyncEnumerable<RaftStream> AcceptAsync(CancellationToken cancellation) => _raft.Reader.ReadAllAsync(cancellation);

    public IAsyncEnumerable<RaftStream> AnswerAsync(CancellationToken cancellation) => _asked.Reader.ReadAllAsync(cancellation);

    private async Task<Stream> OpenAsync(string node, string protocol, CancellationToken cancellation)
    {
        if (_tunnel is null) throw new IOException($"{node} cannot be reached: without a mesh key this node is alone.");
        try
        {
            return new TunnelGroupStream(await _tunnel.OpenAsync(node, protocol, cancellation));
        }
        catch (Libp2pException failed)
        {
            throw new IOException(failed.Message, failed);
        }
    }

    private async Task HandAsync(string node, string group, Libp2pStream stream, Channel<RaftStream> to, CancellationToken cancellation)
    {
        if (group != _group) throw new Libp2pException($"{node} is of group {group}, and not of {_group}.");
        await using var handed = new TunnelGroupStream(stream);
        await to.Writer.WriteAsync(new RaftStream(node, handed), cancellation);
        await handed.Over.WaitAsync(cancellation);
    }
}
