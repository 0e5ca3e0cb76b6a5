using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver;

/// <summary>This node's copy of the state. One thread applies; readers of keys take <see cref="View"/> and no lock, everything else goes through the lock.</summary>
internal sealed class Replica(PendingRequests pending, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LogClock _clock = new(time);
    private ManifestMachine _machine = new() { ReadState = SnapshotReader.TryRead };
    private KeySpaceView _view = new ManifestMachine().Keys.View;

    /// <summary>The keys as of the last command that was applied whole.</summary>
    public KeySpaceView View => Volatile.Read(ref _view);

    /// <summary>The newest entry applied.</summary>
    public ulong Applied { get; private set; }

    /// <summary>Hashes by which replicas are compared; under the lock.</summary>
    public StateMarks Marks { get; } = new();

    /// <summary>Given with each mark.</summary>
    public Signal Marked { get; } = new();

    /// <summary>Bytes of memory the state takes, counted; a moment old at most.</summary>
    public long Size => _machine.Keys.Size;

    /// <summary>How often sessions have changed; a moment old at most.</summary>
    public long SessionIndex => _machine.Sessions.Index;

    public ManifestResult? Apply(ulong index, ReadOnlySpan<byte> bytes, out long? nextDeadline)
    {
        var isRead = CommandCodec.TryDecode(bytes, out var command);
        lock (_gate)
        {
            if (StateMarks.Between(Applied, index) is var place and not 0)
            {
                Marks.Add(place, _machine.Hash);
                Marked.Give();
            }

            Applied = index;
            if (!isRead)
            {
                pending.Answer(CommandCodec.Request(bytes) is { } own && own.Client == pending.Client ? own.Sequence : 0, new ManifestResult { Error = ManifestError.Malformed });
                nextDeadline = _machine.NextDeadline;
                return null;
            }

            var result = _machine.Apply(command);
            _clock.Observe(_machine.Clock);
            Publish();
            if (_machine.Keys.IsUnclean)
            {
                // Readers must see the compaction before what it frees is gone.
                Interlocked.MemoryBarrier();
                _machine.Keys.Clean();
                Publish();
            }

            if (command.Request.Client == pending.Client) pending.Answer(command.Request.Sequence, result);
            nextDeadline = _machine.NextDeadline;
            return result;
        }
    }

    public ManifestSnapshot Snapshot()
    {
        lock (_gate)
        {
            var keys = _machine.Keys;
            keys.Pins++;
            return new ManifestSnapshot(_machine, Applied, () =>
            {
                lock (_gate) keys.Pins--;
            });
        }
    }

    public void Restore(ulong index, Stream source)
    {
        var machine = SnapshotReader.Read(source);
        machine.ReadState = SnapshotReader.TryRead;
        lock (_gate)
        {
            _machine = machine;
            Applied = index;
            _clock.Observe(machine.Clock);
            Publish();
            pending.Answer(request => machine.Remembered(request));
        }
    }

    /// <summary>The leader's time, for commands of its term.</summary>
    public long NewStamp(ulong term)
    {
        lock (_gate) return _clock.Stamp(term);
    }

    /// <summary>A look at everything but keys, under the lock: be short.</summary>
    public T Look<T>(Func<ManifestMachine, long, T> look)
    {
        lock (_gate) return look(_machine, _clock.Now);
    }

    private void Publish() => Volatile.Write(ref _view, _machine.Keys.View);
}
