using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

using Google.Protobuf;

namespace Skerry.Manifest.Wire;

/// <summary>Messages between the nodes of a group on a stream: four bytes of length, little-endian, then protobuf (<c>group.proto</c>).</summary>
internal static class GroupFrames
{
    /// <summary>The longest message, bytes: a command of the largest request with what stands around it.</summary>
    public const int MaxMessage = ManifestLimits.MaxRequestBytes + (512 << 10);

    /// <summary>Lays a message out.</summary>
    public static void Write(IBufferWriter<byte> target, IMessage message)
    {
        var length = message.CalculateSize();
        BinaryPrimitives.WriteInt32LittleEndian(target.GetSpan(sizeof(int)), length);
        target.Advance(sizeof(int));
        message.WriteTo(target);
    }

    /// <summary>The next message; null at the stream's end. Memory is taken as bytes come, not as they are announced.</summary>
    /// <exception cref="InvalidDataException">It is none, or too long.</exception>
    public static async ValueTask<T?> ReadAsync<T>(PipeReader source, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        var one = new List<T>(1);
        return await ReadAllAsync(source, parser, one, 1, cancellation).ConfigureAwait(false) ? one[0] : null;
    }

    /// <summary>The next message, and all that have come with it; false at the stream's end.</summary>
    /// <exception cref="InvalidDataException">One is none, or too long.</exception>
    public static async ValueTask<bool> ReadAllAsync<T>(PipeReader source, MessageParser<T> parser, List<T> into, int most, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await source.ReadAsync(cancellation).ConfigureAwait(false);
            var rest = read.Buffer;
            while (into.Count < most && TryTake(ref rest, parser, out var message)) into.Add(message);
            source.AdvanceTo(rest.Start, into.Count > 0 ? rest.Start : rest.End);
            if (into.Count > 0) return true;
            if (!read.IsCompleted) continue;
            return read.Buffer.IsEmpty ? false : throw new InvalidDataException("The stream ended in the middle of a message.");
        }
    }

    private static bool TryTake<T>(ref ReadOnlySequence<byte> bytes, MessageParser<T> parser, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        var reader = new SequenceReader<byte>(bytes);
        if (!reader.TryReadLittleEndian(out int length)) return false;
        if (length is < 0 or > MaxMessage) throw new InvalidDataException($"A message of {length} bytes is announced, at most {MaxMessage} are allowed.");
        if (reader.Remaining < length) return false;
        var body = reader.UnreadSequence.Slice(0, length);
        try
        {
            message = parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new InvalidDataException($"A message cannot be read: {wrong.Message}", wrong);
        }

        bytes = bytes.Slice(body.End);
        return true;
    }
}
