using System.Globalization;
using System.Text;

using Skerry.Manifest;
using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// The product's own state machine beside the simulated one: each command of the log becomes a command of its, as bytes, so that its hash is compared wherever states are, after
/// crashes, replays and snapshots in any number of parts. Nobody reads it.
/// </summary>
/// <param name="skew">Milliseconds by which its time is not that of the log: a planted bug.</param>
internal sealed class ManifestShadow(int skew)
{
    /// <summary>Milliseconds of the log's time an entry: leases and sessions end within a run.</summary>
    private const long Step = 50;

    /// <summary>Revisions that compaction leaves.</summary>
    private const long Kept = 20;

    private ManifestMachine _machine = new();

    /// <summary>Sums up the state.</summary>
    public ulong Hash => _machine.Hash;

    /// <summary>Applies what a simulated command stands for.</summary>
    public void Apply(ulong index, in RaftCommand command)
    {
        var stamp = ((long)index * Step) + skew;
        var request = new RequestId((ulong)command.Client + 1, (ulong)command.Number * 2, (ulong)Math.Max(0, command.Number - 3) * 2);
        Do(stamp, request, BodyOf(command));
        // What the leader has done from time to time.
        var ended = index % 3 == 0 ? new EndSessionsBody(true, _machine.Sessions.Expired(_machine.Clock, 10)) : (object)new ExpireBody(_machine.Leases.Expired(_machine.Clock, 10));
        Do(stamp, request with { Sequence = request.Sequence + 1 }, ended);
    }

    public byte[] Serialize()
    {
        var target = new MemoryStream();
        using (var snapshot = new ManifestSnapshot(_machine, 0, static () => { })) snapshot.WriteTo(target);
        return target.ToArray();
    }

    public void Restore(ReadOnlySpan<byte> bytes) => _machine = SnapshotReader.Read(new MemoryStream(bytes.ToArray()));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Do(long stamp, RequestId request, object body)
    {
        var bytes = CommandCodec.Encode(new Command(0, request, body));
        CommandCodec.Stamp(bytes, stamp);
        Invariant.That(CommandCodec.TryDecode(bytes, out var command));
        _machine.Apply(command);
        if (_machine.Keys.IsUnclean) _machine.Keys.Clean();
    }

    private object BodyOf(in RaftCommand command)
    {
        var operation = command.Operation;
        var key = Bytes(string.Create(CultureInfo.InvariantCulture, $"{operation.Key}"));
        var value = Bytes(string.Create(CultureInfo.InvariantCulture, $"{operation.A}"));
        var session = string.Create(CultureInfo.InvariantCulture, $"client-{command.Client}");
        var element = Bytes(string.Create(CultureInfo.InvariantCulture, $"{operation.Key}/{operation.A}"));
        var lease = 1 + (operation.A % 5);
        return operation.Kind switch
        {
            OperationKind.Write => new PutOp { Key = key, Value = value },
            OperationKind.CompareAndSwap => new TxnOp
            {
                Compares = [new Compare { Range = new KeyRange(key, default), Target = CompareTarget.Value, Result = CompareResult.Equal, Value = value }],
                Success = [new PutOp { Key = key, Value = Bytes(string.Create(CultureInfo.InvariantCulture, $"{operation.B}")) }],
                Failure = [new DeleteOp { Range = new KeyRange(key, default) }],
            },
            OperationKind.Acquire when command.Number % 4 == 0 => new SessionBody(new ManifestSession { Id = session, Ttl = 10, LockDelay = 1000, Behavior = (SessionBehavior)(command.Client % 2) }),
            OperationKind.Acquire or OperationKind.Release =>
                new LockOp { Key = key, Session = session, Value = value, IsRelease = operation.Kind == OperationKind.Release },
            OperationKind.Add when operation.A % 4 == 0 => new GrantBody(lease, 2),
            OperationKind.Add => new PutOp { Key = element, Value = value, Lease = _machine.Leases.Find(lease) is null ? 0 : lease },
            OperationKind.Remove when operation.A % 4 == 0 => new CompactBody(_machine.Keys.Revision - Kept),
            _ => new DeleteOp { Range = new KeyRange(element, default) },
        };
    }
}
