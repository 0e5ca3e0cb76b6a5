using System.Buffers;

using Microsoft.AspNetCore.Http;

namespace Skerry.Gateway.Http1;

/// <summary>Takes chunks apart (RFC 9112, section 7.1), strictly: sizes are plain hexadecimal, lines end with CR LF, trailers are checked like headers.</summary>
internal struct ChunkDecoder
{
    private const int MaxLine = 4096;
    private const int MaxTrailer = 32 * 1024;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailer,
        Done,
    }

    private State _state;
    private long _left;
    private int _trailer;

    /// <summary>Whether the last chunk and the trailers have been read.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>Goes on over what has arrived, data to the writer.</summary>
    /// <param name="received">What has arrived.</param>
    /// <param name="writer">Takes the data.</param>
    /// <param name="trailers">Takes the trailers; null when the client cannot.</param>
    /// <returns>Bytes taken, and whether any of them were data.</returns>
    /// <exception cref="UpstreamException">They are not sound.</exception>
    public (int Consumed, bool HasData) Advance(ReadOnlySpan<byte> received, IBufferWriter<byte> writer, IHeaderDictionary? trailers)
    {
        var rest = received;
        var hasData = false;
        while (_state != State.Done)
        {
            if (_state == State.Data)
            {
                if (rest.IsEmpty) break;
                var count = (int)Math.Min(_left, rest.Length);
                rest[..count].CopyTo(writer.GetSpan(count));
                writer.Advance(count);
                rest = rest[count..];
                _left -= count;
                hasData = true;
                if (_left == 0) _state = State.DataEnd;
                continue;
            }

            if (!TryTakeLine(ref rest, out var line)) break;
            Take(line, trailers);
        }

        return (received.Length - rest.Length, hasData);
    }

    private void Take(ReadOnlySpan<byte> line, IHeaderDictionary? trailers)
    {
        switch (_state)
        {
            case State.Size:
                _left = ReadSize(line);
                _state = _left == 0 ? State.Trailer : State.Data;
                break;
            case State.DataEnd:
                if (!line.IsEmpty) throw ResponseParser.Refuse("a chunk is longer than it says");
                _state = State.Size;
                break;
            case State.Trailer:
                _trailer += line.Length + 2;
                if (_trailer > MaxTrailer) throw ResponseParser.Refuse("its trailers are too long");
                if (line.IsEmpty) _state = State.Done;
                else ResponseParser.ReadTrailer(line, trailers);
                break;
        }
    }

    private static long ReadSize(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        // 15 digits keep the size below the sign bit.
        if (digits.IsEmpty || digits.Length > 15) throw ResponseParser.Refuse("a chunk's size is no number");
        long size = 0;
        foreach (var digit in digits)
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => throw ResponseParser.Refuse("a chunk's size is no number"),
            };
            size = size * 16 + value;
        }

        return size;
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (rest.Length > MaxLine) throw ResponseParser.Refuse("a line of its chunks is too long");
            return false;
        }

        if (end == 0 || rest[end - 1] != '\r') throw ResponseParser.Refuse("a line of its chunks does not end with CR LF");
        line = rest[..(end - 1)];
        if (line.Contains((byte)'\r')) throw ResponseParser.Refuse("a line of its chunks holds a bare CR");
        rest = rest[(end + 1)..];
        return true;
    }
}
