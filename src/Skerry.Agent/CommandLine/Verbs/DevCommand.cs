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
        var isAlone = overrides.All(one => one.Key != "join");
        if (isAlone) overrides.Add(new ConfigurationOverride("dev", "manifest", "role", ["server"]));
        var place = isAlone && overrides.All(one => one.Key != "dataDirectory") ? Directory.CreateTempSubdirectory("skerry-dev-") : null;
        try
        {
            if (place is not null) overrides.Add(new ConfigurationOverride("dev", "", "dataDirectory", [place.FullName]));
            var file = new ConfigurationFile(null, overrides);
            return await AgentProcess.RunAsync(file, file.Load(), terminal, cancellation);
        }
        finally
        {
            place?.Delete(recursive: true);
        }
    }
}
