using System.CommandLine;

using Skerry.Agent.Composition;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry dev</c></summary>
internal static class DevCommand
{
    public static Command Create(Terminal terminal)
    {
        var flags = new AgentFlags();
        var command = new Command("dev", "Run one node on loopback with nothing to configure; it keeps nothing when it ends. Alone it is a group of one, with keys for etcd's and Consul's clients.");
        foreach (var flag in flags.Options) command.Options.Add(flag);
        return command.Running(terminal, (parse, cancellation) => RunAsync([.. flags.Overrides(parse)], terminal, cancellation));
    }

    private static async Task<int> RunAsync(List<ConfigurationOverride> overrides, Terminal terminal, CancellationToken cancellation)
    {
        // Without a key nodes that join each other cannot agree on anything: nobody proves who he is.
        if (overrides.Any(one => one.Key == "join")) return await AgentProcess.RunAsync(new ConfigurationFile(null, overrides), terminal, cancellation);
        overrides.Add(new ConfigurationOverride("dev", "manifest", "role", ["server"]));
        if (overrides.Any(one => one.Key == "dataDirectory")) return await AgentProcess.RunAsync(new ConfigurationFile(null, overrides), terminal, cancellation);
        var place = Directory.CreateTempSubdirectory("skerry-dev-");
        try
        {
            overrides.Add(new ConfigurationOverride("dev", "", "dataDirectory", [place.FullName]));
            return await AgentProcess.RunAsync(new ConfigurationFile(null, overrides), terminal, cancellation);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }
}
