using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Peers tell each other what they are: when they meet, and again when that changes (libp2p identify/README.md).</summary>
/// <param name="options">Who this node is.</param>
/// <param name="swarm">Its connections.</param>
internal sealed class IdentifyProtocol(Libp2pOptions options, Func<Swarm> swarm)
{
    public const string Id = "/ipfs/id/1.0.0";
    public const string PushId = "/ipfs/id/push/1.0.0";

    /// <summary>Told of each peer that has said, or says anew, what it is.</summary>
    public Action<Connection, PeerInfo> OnIdentified { get; set; } = (_, _) => { };

    /// <summary>Tells a peer that asks.</summary>
    public Task AnswerAsync(Connection connection, Libp2pStream stream, CancellationToken cancel) => TellAsync(connection, stream, cancel);

    /// <summary>Asks the peer at the other end of a connection.</summary>
    public async Task AskAsync(Connection connection, CancellationToken cancel)
    {
        try
        {
            var stream = await swarm().OpenAsync(connection, [Id], cancel).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.EndWritingAsync(cancel).ConfigureAwait(false);
            await HearAsync(connection, stream, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            connection.NotIdentified(failed);
        }
    }

    /// <summary>The peer says on its own that something about it has changed.</summary>
    public Task TakePushAsync(Connection connection, Libp2pStream stream, CancellationToken cancel) => HearAsync(connection, stream, cancel);

    /// <summary>Tells all peers what this node is now; those that do not want to know do not hear it.</summary>
    public async Task PushAsync(CancellationToken cancel)
    {
        foreach (var connection in swarm().Connections.All)
        {
            try
            {
                var stream = await swarm().OpenAsync(connection, [PushId], cancel).ConfigureAwait(false);
                await using var _ = stream.ConfigureAwait(false);
                await TellAsync(connection, stream, cancel).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is Libp2pException or IOException)
            {
                // It does not listen to this, or is gone.
            }
        }
    }

    private async Task TellAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var message = IdentifyCodec.Encode(options.Identity.PublicKey, options.AgentVersion, swarm().Handlers.Protocols, swarm().Own.Told, connection.Address.WithoutPeer());
        await stream.WritePrefixedAsync(message, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private async Task HearAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        using var deadline = swarm().WithDeadline(cancel);
        var message = await stream.ReadPrefixedAsync(IdentifyCodec.MaxLength, deadline.Token).ConfigureAwait(false);
        if (!IdentifyCodec.TryDecode(message, connection.Peer, out var info)) throw new Libp2pException($"{connection.Peer} says of itself what cannot be.");
        swarm().Own.OnObserved(connection, info.Observed);
        connection.Identified(info);
        OnIdentified(connection, info);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }
}
