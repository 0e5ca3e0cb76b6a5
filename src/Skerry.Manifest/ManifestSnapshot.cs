using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest;

/// <summary>The state of a group at one entry of its log. It stays as it is while the group goes on; equal states give equal bytes. Dispose it, or nothing is freed any more.</summary>
public sealed class ManifestSnapshot : IDisposable
{
    private Action? _released;

    internal ManifestSnapshot(ManifestMachine machine, ulong index, Action released)
    {
        _released = released;
        Index = index;
        View = machine.Keys.View;
        Keys = machine.Keys.Keys;
        History = machine.Keys.HistoryHash;
        Hash = machine.Hash;
        Clock = machine.Clock;
        Alarms = [.. machine.Alarms];
        Leases = [.. machine.Leases.InOrder.Select(lease => (lease.Id, lease.Seconds, lease.Deadline))];
        SessionIndex = machine.Sessions.Index;
        Sessions = [.. machine.Sessions.InOrder.Select(session => (session.Data, session.Deadline))];
        Delays = [.. machine.Sessions.Delays];
        Staged = machine.Staged;
        Clients = [.. machine.Requests.InOrder.Select(client => (client.Client, client.Floor, client.InOrder.ToArray()))];
    }

    /// <summary>The entry of the log it stands after.</summary>
    public ulong Index { get; }

    /// <summary>The store's revision.</summary>
    public long Revision => View.Revision;

    /// <summary>The hash of the state, as replicas compare it.</summary>
    public ulong Hash { get; }

    /// <summary>Keys in it.</summary>
    public long Keys { get; }

    internal KeySpaceView View { get; }

    internal ulong History { get; }

    internal long Clock { get; }

    internal ManifestAlarm[] Alarms { get; }

    internal (long Id, long Seconds, long Deadline)[] Leases { get; }

    internal long SessionIndex { get; }

    internal (ManifestSession Session, long Deadline)[] Sessions { get; }

    internal (long End, byte[] Key)[] Delays { get; }

    internal StagedRestore? Staged { get; }

    internal (ulong Client, ulong Floor, (ulong Sequence, RequestOutcome Outcome)[] Requests)[] Clients { get; }

    /// <summary>Writes it out, a piece at a time.</summary>
    public void WriteTo(Stream target) => SnapshotWriter.Write(this, target);

    /// <inheritdoc/>
    public void Dispose()
    {
        _released?.Invoke();
        _released = null;
    }
}
