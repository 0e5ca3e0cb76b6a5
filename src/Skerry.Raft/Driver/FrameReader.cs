using System.Buffers.Binary;

using Skerry.Raft.Core;
using Skerry.Raft.Wire;

namespace Skerry.Raft.Driver;

/// <summary>Reads messages from a stream, in one buffer that grows with what has come, not with what a length says.</summary>
internal sealed class FrameReader(Stream stream)
{
    private const int InitialSize = 64 << 10;

    private byte[] _buffer = new byte[InitialSize];
    private int _begin;
    private int _end;

    /// <summary>Reads at least one message, and all that came with it.</summary>
    /// <param name="into">Gets them, in order.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Why the stream is to be dropped; null: go on. At the stream's end "ended".</returns>
    public async ValueTask<string?> ReadAsync(List<RaftMessage> into, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryDecodeAll(into) is { } wrong) return wrong;
            if (into.Count > 0) return null;
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0) return "it ended";
            _end += read;
        }
    }

    private string? TryDecodeAll(List<RaftMessage> into)
    {
        while (_end - _begin >= sizeof(int))
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_begin));
            if (length is < 0 or > WireLimits.MaxMessageBytes) return $"a message of {length} bytes, at most {WireLimits.MaxMessageBytes} are allowed";
            if (_end - _begin - sizeof(int) < length) return null;
            if (!RaftCodec.TryDecode(_buffer.AsSpan(_begin + sizeof(int), length), out var message, out var error)) return $"a message that could not be read: {error}";
            into.Add(message);
            _begin += sizeof(int) + length;
        }

        return null;
    }

    private void MakeRoom()
    {
        if (_begin == _end) (_begin, _end) = (0, 0);
        if (_begin == 0 && _end == 0 && _buffer.Length > 16 * InitialSize) _buffer = new byte[InitialSize];
        if (_end < _buffer.Length) return;
        if (_begin > 0)
        {
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
            (_begin, _end) = (0, _end - _begin);
            if (_end < _buffer.Length) return;
        }

        Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
