using Skerry.Libp2p;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Tests;

/// <summary>A session that was asked for, on the stream it was asked on.</summary>
/// <param name="host">Who asks.</param>
/// <param name="connection">Over which connection.</param>
/// <param name="stream">On which stream.</param>
internal sealed class RawQuestion(Libp2pHost host, PeerConnection connection, Libp2pStream stream)
{
    public Libp2pStream Stream => stream;

    public Task<SessionAnswer> AnswerAsync() => stream.ReceiveMessageAsync(SessionAnswer.Parser, TestContext.Current.CancellationToken);

    /// <summary>The path dies, and whatever is under way on it.</summary>
    public Task BreakAsync() => host.CloseAsync(connection);
}
