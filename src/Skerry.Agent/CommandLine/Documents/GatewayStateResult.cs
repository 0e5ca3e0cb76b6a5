namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What the gateway of one node does: <c>skerry pipeline stats</c>.</summary>
/// <param name="Listeners">Where it listens.</param>
/// <param name="Pipelines">Its pipelines.</param>
internal sealed record GatewayStateResult(GatewayStateResult.Listener[] Listeners, GatewayStateResult.Pipeline[] Pipelines)
{
    /// <summary>One listener.</summary>
    /// <param name="Name">The listener.</param>
    /// <param name="Address">The address it has.</param>
    internal sealed record Listener(string Name, string Address);

    /// <summary>One pipeline since it has had these plugins.</summary>
    /// <param name="Name">The pipeline.</param>
    /// <param name="Requests">Requests that are over.</param>
    /// <param name="InFlight">Requests that are not.</param>
    /// <param name="Errors">Those answered with 500 and above, or cut off.</param>
    /// <param name="ClientErrors">Those answered with 400 to 499, or given up by the client.</param>
    /// <param name="Seconds">Time they took in all.</param>
    /// <param name="P50">Seconds that half of them kept to, as far as buckets tell; null: there were none.</param>
    /// <param name="P99">Seconds that 99 of 100 kept to.</param>
    /// <param name="Plugins">The same at each plugin, in order.</param>
    internal sealed record Pipeline(string Name, long Requests, long InFlight, long Errors, long ClientErrors, double Seconds, double? P50, double? P99, Plugin[] Plugins);

    /// <summary>One plugin of a pipeline: what it answered itself counts as its error.</summary>
    /// <param name="Name">The plugin.</param>
    /// <param name="Requests">Requests that are over.</param>
    /// <param name="InFlight">Requests that are not.</param>
    /// <param name="Errors">Those it answered with 500 and above.</param>
    /// <param name="ClientErrors">Those it answered with 400 to 499.</param>
    /// <param name="Seconds">Time its own step took in all.</param>
    /// <param name="P50">Seconds that half of its steps kept to, as far as buckets tell; null: there were none.</param>
    /// <param name="P99">Seconds that 99 of 100 kept to.</param>
    internal sealed record Plugin(string Name, long Requests, long InFlight, long Errors, long ClientErrors, double Seconds, double? P50, double? P99);
}
