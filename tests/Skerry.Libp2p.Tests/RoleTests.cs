using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p.Tests;

/// <summary>Who is the client of a channel when it is not who called.</summary>
public sealed class RoleTests
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/noise", false)]
    [InlineData("/tls/1.0.0", false)]
    [InlineData("/noise", true)]
    public async Task Who_is_called_by_a_server_becomes_the_client_when_it_hears_nothing(string security, bool isPrivate)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        await using var listener = Start(security, network, silence: TimeSpan.FromMilliseconds(20));
        await using var caller = Start(security, network, silence: null);
        var connection = await caller.DialAsync(listener.Own.Listened[0], new DialTerms { IsServer = true }, Cancel);
        Assert.False(connection.IsDialler);
        await TestHosts.UntilAsync("the connection at the listener", () => listener.Connections.All.Count == 1);
        Assert.True(listener.Connections.All[0].IsDialler);

        listener.Handlers.Add("/skerry/echo/1.0.0", (_, stream, cancel) => EchoAsync(stream, cancel));
        await using var stream = await caller.OpenAsync(connection, ["/skerry/echo/1.0.0"], Cancel);
        await stream.EndWritingAsync(Cancel);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Who_is_called_by_a_client_is_the_server_though_it_might_have_spoken_first()
    {
        await using var listener = Start("/noise", null, silence: TimeSpan.FromSeconds(30));
        await using var caller = Start("/noise", null, silence: null);
        Assert.True((await caller.DialAsync(listener.Own.Listened[0], DialTerms.Ordinary, Cancel)).IsDialler);
    }

    private static async Task EchoAsync(Libp2pStream stream, CancellationToken cancel)
    {
        await stream.CopyToAsync(stream, cancel);
        await stream.EndWritingAsync(cancel);
    }

    private static Swarm Start(string security, PreSharedKey? network, TimeSpan? silence)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], Security = [security], PreSharedKey = network };
        var swarm = new Swarm(options, TimeProvider.System, NullLogger.Instance, Meters)
        {
            OnConnected = (_, _) => Task.CompletedTask,
            OnClosed = _ => { },
            Calls = (_, _, _) => throw new Libp2pException("There is no relay."),
            SilenceOf = _ => silence,
        };
        swarm.Listen();
        return swarm;
    }
}
