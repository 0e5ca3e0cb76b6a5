using System.Buffers;

namespace Skerry.Tunnel.Core.Session;

/// <summary>Bytes from a first to a last offset, kept until they are released from the front. Blocks are rented, so that an idle session holds none.</summary>
internal sealed class ReplayBuffer
{
    /// <summary>What it grows by, bytes.</summary>
    public const int BlockLength = 32 << 10;

    private readonly List<byte[]> _blocks = [];
    private ulong _blocksStart;

    /// <summary>Offset of the first byte kept.</summary>
    public ulong Start { get; private set; }

    /// <summary>Offset behind the last byte kept.</summary>
    public ulong End { get; private set; }

    /// <summary>Bytes of memory it holds.</summary>
    public int Memory => _blocks.Count * BlockLength;

    /// <summary>Bytes that it takes without growing.</summary>
    public int Free => Memory - (int)(End - _blocksStart);

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var at = (int)(End - _blocksStart);
            if (at == _blocks.Count * BlockLength) _blocks.Add(ArrayPool<byte>.Shared.Rent(BlockLength));
            var room = _blocks[at / BlockLength].AsSpan(at % BlockLength, BlockLength - (at % BlockLength));
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            End += (ulong)count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Copies bytes from an offset on.</summary>
    /// <returns>How many: less than asked for at the end.</returns>
    public int CopyTo(ulong offset, Span<byte> target)
    {
        var copied = 0;
        while (copied < target.Length && offset < End)
        {
            var at = (int)(offset - _blocksStart);
            var inBlock = at % BlockLength;
            var count = (int)Math.Min((ulong)Math.Min(BlockLength - inBlock, target.Length - copied), End - offset);
            _blocks[at / BlockLength].AsSpan(inBlock, count).CopyTo(target[copied..]);
            copied += count;
            offset += (ulong)count;
        }

        return copied;
    }

    /// <summary>Drops what stands before an offset.</summary>
    public void Release(ulong upTo)
    {
        Start = upTo;
        var whole = upTo == End ? _blocks.Count : (int)(upTo - _blocksStart) / BlockLength;
        if (whole == 0) return;
        foreach (var block in _blocks.Take(whole)) ArrayPool<byte>.Shared.Return(block);
        _blocks.RemoveRange(0, whole);
        _blocksStart = _blocks.Count == 0 ? End : _blocksStart + (ulong)(whole * BlockLength);
    }
}
