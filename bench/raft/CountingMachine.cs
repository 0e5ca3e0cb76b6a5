using Skerry.Raft;

namespace Skerry.Bench.Raft;

/// <summary>The cheapest state there is, so that what is measured is the log.</summary>
internal sealed class CountingMachine : IStateMachine
{
    private long _count;

    public object? Apply(ulong index, ReadOnlySpan<byte> command)
    {
        _count++;
        return null;
    }

    public IRaftSnapshot Snapshot() => new Count(_count);

    public void Restore(ulong index, Stream source)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        source.ReadExactly(bytes);
        _count = BitConverter.ToInt64(bytes);
    }

    private sealed class Count(long value) : IRaftSnapshot
    {
        public void WriteTo(Stream target) => target.Write(BitConverter.GetBytes(value));

        public void Dispose()
        {
        }
    }
}
