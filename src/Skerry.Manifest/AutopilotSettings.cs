using System.Text.Json;

namespace Skerry.Manifest;

/// <summary>
/// What a leader goes by when it changes its group's members by itself; names and defaults are Consul's, but for <see cref="LastContactThreshold"/>. It is kept in the key space, so that every leader
/// obeys it.
/// </summary>
public sealed record AutopilotSettings
{
    /// <summary>Whether servers that failed for long are removed.</summary>
    public bool CleanupDeadServers { get; init; } = true;

    /// <summary>How long a server may not be heard and still count as sound. Consul has 200 ms; five heartbeats of a busy small machine take longer.</summary>
    public TimeSpan LastContactThreshold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many entries of the log a server may lack and still count as sound.</summary>
    public long MaxTrailingLogs { get; init; } = 250;

    /// <summary>No failed server is removed while there are no more voters than this; 0: as many as the group was founded with.</summary>
    public int MinQuorum { get; init; }

    /// <summary>How long a server must be sound before it gets a vote.</summary>
    public TimeSpan ServerStabilizationTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The revision that first set it; 0: nobody has.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The revision that set it last; 0: nobody has.</summary>
    public long ModRevision { get; init; }

    private static ReadOnlyMemory<byte> Key { get; } = "_skerry/autopilot/configuration"u8.ToArray();

    /// <summary>What the group goes by.</summary>
    /// <param name="node">The manifest.</param>
    /// <param name="isSerializable">Whether what this node has will do.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null with an error; the defaults where nobody has set any.</returns>
    public static async ValueTask<(ManifestError Error, AutopilotSettings? Settings)> ReadAsync(ManifestNode node, bool isSerializable, CancellationToken cancellation)
    {
        var result = await node.RangeAsync(new RangeOp { Range = new KeyRange(Key, default), IsSerializable = isSerializable }, cancellation);
        if (!result.IsDone) return (result.Error, null);
        if (((RangeResult)result).Entries is not [var entry]) return (ManifestError.None, new AutopilotSettings());
        try
        {
            var settings = JsonSerializer.Deserialize<AutopilotSettings>(entry.Value.Span) ?? new AutopilotSettings();
            return (ManifestError.None, settings with { CreateRevision = entry.CreateRevision, ModRevision = entry.ModRevision });
        }
        catch (JsonException)
        {
            // A later version's, perhaps: the defaults do no harm.
            return (ManifestError.None, new AutopilotSettings());
        }
    }

    /// <summary>Sets it.</summary>
    /// <param name="node">The manifest.</param>
    /// <param name="ifRevision">Only if it was set last at this revision; null: in any case.</param>
    /// <param name="cancellation">Ends the wait; it may be set all the same.</param>
    /// <returns>Whether it was set: false where the revision is another one.</returns>
    public async Task<(ManifestError Error, bool IsSet)> WriteAsync(ManifestNode node, long? ifRevision, CancellationToken cancellation)
    {
        var put = new PutOp { Key = Key, Value = JsonSerializer.SerializeToUtf8Bytes(this with { CreateRevision = 0, ModRevision = 0 }) };
        var txn = new TxnOp
        {
            Compares = ifRevision is { } revision ? [new Compare { Range = new KeyRange(Key, default), Target = CompareTarget.Mod, Number = revision }] : [],
            Success = [put],
        };
        var result = await node.ExecuteAsync(txn, cancellation);
        return (result.Error, result is TxnResult { IsDone: true, Succeeded: true });
    }
}
