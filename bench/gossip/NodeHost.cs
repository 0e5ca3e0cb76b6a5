using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using Skerry.Gossip;

namespace Skerry.Bench.Gossip;

/// <summary>A process with nothing in it but one gossip node: what gossip costs apart from the rest of an agent.</summary>
internal static class NodeHost
{
    /// <summary>Runs until standard input ends; each line of it is an address to join, answered by a line.</summary>
    public static async Task RunAsync(string name, IPEndPoint bind)
    {
        await using var services = new ServiceCollection()
            .AddMetrics()
            .AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true))
            .BuildServiceProvider();
        var options = new GossipOptions { NodeName = name, Bind = bind, Profile = GossipProfile.Lan };
        await using var node = new GossipNode(options, TimeProvider.System, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<IMeterFactory>());
        await node.StartAsync(CancellationToken.None);
        while (await Console.In.ReadLineAsync() is { } address)
        {
            try
            {
                await node.JoinAsync([address], CancellationToken.None);
            }
            catch (GossipException refused)
            {
                Console.WriteLine(refused.Message);
            }
        }
    }
}
