using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>The manifest at the end of Raft's log.</summary>
/// <param name="manifest">It.</param>
internal sealed class ManifestStateMachine(ManifestNode manifest) : IStateMachine
{
    public object? Apply(ulong index, ReadOnlySpan<byte> command)
    {
        manifest.Apply(index, command);
        return null;
    }

    public IRaftSnapshot Snapshot() => new Taken(manifest.Snapshot());

    public void Restore(ulong index, Stream source) => manifest.Restore(index, source);

    private sealed class Taken(ManifestSnapshot snapshot) : IRaftSnapshot
    {
        public void WriteTo(Stream target) => snapshot.WriteTo(target);

        public void Dispose() => snapshot.Dispose();
    }
}
