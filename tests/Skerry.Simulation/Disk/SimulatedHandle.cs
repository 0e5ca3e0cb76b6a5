using Skerry.Storage;

namespace Skerry.Simulation.Disk;

/// <summary>A file of <see cref="SimulatedDisk"/> as one process has it open.</summary>
internal sealed class SimulatedHandle(SimulatedDisk disk, string name, SimulatedFile file) : IStorageFile
{
    private readonly int _life = disk.Life;
    private bool _isClosed;

    public string Name => name;

    public long Length => file.Length;

    public int Read(long offset, Span<byte> destination)
    {
        Check();
        return file.Read(offset, destination);
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        Check();
        disk.Write(name, file, _life, offset, source);
    }

    public void Flush()
    {
        Check();
        disk.FlushFile(name, file, _life);
    }

    public void Dispose() => _isClosed = true;

    private void Check()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        disk.CheckAlive(_life);
    }
}
