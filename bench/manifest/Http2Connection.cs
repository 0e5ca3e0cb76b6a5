using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Google.Protobuf;

namespace Skerry.Bench.Manifest;

/// <summary>
/// As much of an HTTP/2 client (RFC 9113) as a gRPC load takes, so that the load costs little beside what it measures: small requests, prior knowledge, one thread at a time
/// that reads and goes on at once. Headers that come are not decoded: whether a message came says whether the call succeeded.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    private const int FrameHeader = 9;
    private const int Window = 0x7fff_0000;
    private const int Credit = 1 << 26;

    /// <summary>A request must fit the window that a server opens with, as all of them together do while the server keeps reading.</summary>
    private const int MaxRequest = 16 << 10;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Incoming> _streams = [];
    private readonly List<string> _table = [];
    private readonly string _authority;
    private ArrayBufferWriter<byte> _filling = new(64 << 10);
    private ArrayBufferWriter<byte> _sending = new(64 << 10);
    private byte[] _buffer = new byte[256 << 10];
    private int _lastStream = -1;
    private int _consumed;
    private bool _isSending;
    private Exception? _broken;

    private Http2Connection(IPEndPoint server) => _authority = server.ToString();

    /// <summary>Ends when the connection does, with its error.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    public static async Task<Http2Connection> OpenAsync(IPEndPoint server, CancellationToken cancellation)
    {
        var connection = new Http2Connection(server);
        try
        {
            await connection._socket.ConnectAsync(server, cancellation);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection.Greet();
        connection.Reading = connection.ReadAsync();
        return connection;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Opens a stream with a first message; <see cref="Flush"/> sends it.</summary>
    /// <param name="path">The method.</param>
    /// <param name="message">What is asked.</param>
    /// <param name="listener">Hears of what comes.</param>
    /// <param name="isLast">Whether nothing more is said on it.</param>
    public int Begin(string path, IMessage message, IStreamListener listener, bool isLast = true)
    {
        lock (_gate)
        {
            if (_broken is not null) throw new IOException(_broken.Message, _broken);
            var stream = _lastStream += 2;
            _streams.Add(stream, new Incoming(listener));
            WriteHeaders(stream, path);
            WriteData(stream, message, isLast);
            return stream;
        }
    }

    /// <summary>Says something more on a stream.</summary>
    public void Say(int stream, IMessage message, bool isLast = false)
    {
        lock (_gate) WriteData(stream, message, isLast);
    }

    /// <summary>Sends what was written, now or behind what is being sent.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _filling.WrittenCount == 0) return;
            _isSending = true;
        }

        _ = SendAsync();
    }

    /// <summary>One question, one answer.</summary>
    /// <exception cref="IOException">The call failed, or the connection.</exception>
    public async Task<T> AskAsync<T>(string path, IMessage message, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T>
    {
        var answer = new Answer<T>(parser);
        Begin(path, message, answer);
        Flush();
        return await answer.Task.WaitAsync(cancellation);
    }

    private void Greet()
    {
        lock (_gate)
        {
            _filling.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
            var settings = WriteFrame(12, Http2Frame.Settings, 0, 0);
            BinaryPrimitives.WriteUInt16BigEndian(settings, 2); // no push
            BinaryPrimitives.WriteUInt32BigEndian(settings[2..], 0);
            BinaryPrimitives.WriteUInt16BigEndian(settings[6..], 4); // the window of a stream
            BinaryPrimitives.WriteUInt32BigEndian(settings[8..], Window);
            BinaryPrimitives.WriteInt32BigEndian(WriteFrame(4, Http2Frame.WindowUpdate, 0, 0), Window - 65_535);
        }

        Flush();
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    _sending.ResetWrittenCount();
                    (_filling, _sending) = (_sending, _filling);
                    if (_sending.WrittenCount == 0)
                    {
                        _isSending = false;
                        return;
                    }
                }

                for (var sent = 0; sent < _sending.WrittenCount;) sent += await _socket.SendAsync(_sending.WrittenMemory[sent..]);
            }
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            Break(broken);
        }
    }

    private async Task ReadAsync()
    {
        var have = 0;
        try
        {
            while (true)
            {
                if (have == _buffer.Length) Array.Resize(ref _buffer, 2 * have);
                var read = await _socket.ReceiveAsync(_buffer.AsMemory(have));
                if (read == 0) throw new IOException("The server has closed the connection.");
                have += read;
                var taken = 0;
                while (have - taken >= FrameHeader)
                {
                    var length = (_buffer[taken] << 16) | (_buffer[taken + 1] << 8) | _buffer[taken + 2];
                    if (have - taken < FrameHeader + length) break;
                    Take(_buffer.AsSpan(taken, FrameHeader), _buffer.AsSpan(taken + FrameHeader, length));
                    taken += FrameHeader + length;
                }

                have -= taken;
                _buffer.AsSpan(taken, have).CopyTo(_buffer);
                Flush();
            }
        }
        catch (Exception broken) when (broken is SocketException or IOException or ObjectDisposedException)
        {
            Break(broken);
        }
    }

    private void Take(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var (type, flags) = ((Http2Frame)header[3], header[4]);
        var stream = BinaryPrimitives.ReadInt32BigEndian(header[5..]);
        switch (type)
        {
            case Http2Frame.Data:
                TakeData(stream, payload);
                if ((flags & Http2Flags.EndStream) != 0) End(stream);
                break;
            case Http2Frame.Headers when (flags & Http2Flags.EndStream) != 0:
            case Http2Frame.ResetStream:
                End(stream);
                break;
            case Http2Frame.Settings when (flags & Http2Flags.Acknowledged) == 0:
                lock (_gate) WriteFrame(0, Http2Frame.Settings, Http2Flags.Acknowledged, 0);
                break;
            case Http2Frame.Ping when (flags & Http2Flags.Acknowledged) == 0:
                lock (_gate) payload.CopyTo(WriteFrame(payload.Length, Http2Frame.Ping, Http2Flags.Acknowledged, 0));
                break;
            case Http2Frame.GoAway:
                throw new IOException($"The server ends the connection: {Encoding.ASCII.GetString(payload[8..])}");
        }
    }

    private void TakeData(int stream, ReadOnlySpan<byte> payload)
    {
        _consumed += payload.Length;
        if (_consumed > Credit)
        {
            lock (_gate) BinaryPrimitives.WriteInt32BigEndian(WriteFrame(4, Http2Frame.WindowUpdate, 0, 0), _consumed);
            _consumed = 0;
        }

        Incoming? incoming;
        lock (_gate) _streams.TryGetValue(stream, out incoming);
        incoming?.Take(this, stream, payload);
    }

    private void End(int stream)
    {
        Incoming? incoming;
        lock (_gate) _streams.Remove(stream, out incoming);
        incoming?.Listener.Ended(this, stream, incoming.HasAnswered);
    }

    private void Break(Exception reason)
    {
        KeyValuePair<int, Incoming>[] left;
        lock (_gate)
        {
            _broken ??= reason;
            left = [.. _streams];
            _streams.Clear();
        }

        foreach (var (stream, incoming) in left) incoming.Listener.Ended(this, stream, hasAnswered: false);
    }

    private void WriteHeaders(int stream, string path)
    {
        var block = new ArrayBufferWriter<byte>(128);
        block.Write<byte>([0x83, 0x86]); // :method POST and :scheme http, of the static table
        WriteHeader(block, ":path", path);
        WriteHeader(block, ":authority", _authority);
        WriteHeader(block, "content-type", "application/grpc");
        WriteHeader(block, "te", "trailers");
        block.WrittenSpan.CopyTo(WriteFrame(block.WrittenCount, Http2Frame.Headers, Http2Flags.EndHeaders, stream));
    }

    /// <summary>The first time in full and put into the table of the connection (RFC 7541, section 6.2.1), from then on by its number there.</summary>
    private void WriteHeader(ArrayBufferWriter<byte> block, string name, string value)
    {
        var at = _table.IndexOf(name + value);
        if (at >= 0)
        {
            block.Write<byte>([(byte)(0x80 | (62 + _table.Count - 1 - at))]);
            return;
        }

        block.Write<byte>([0x40, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        _table.Add(name + value);
    }

    private void WriteData(int stream, IMessage message, bool isLast)
    {
        var size = message.CalculateSize();
        if (size > MaxRequest) throw new ArgumentException($"A request of {size} bytes is more than this client takes.", nameof(message));
        var frame = WriteFrame(5 + size, Http2Frame.Data, isLast ? Http2Flags.EndStream : (byte)0, stream);
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], size);
        message.WriteTo(frame.Slice(5, size));
    }

    /// <summary>Writes a frame's header; what is returned is its payload, to be filled.</summary>
    private Span<byte> WriteFrame(int length, Http2Frame type, byte flags, int stream)
    {
        var frame = _filling.GetSpan(FrameHeader + length)[..(FrameHeader + length)];
        BinaryPrimitives.WriteInt32BigEndian(frame, length << 8);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame[5..], stream);
        _filling.Advance(frame.Length);
        return frame[FrameHeader..];
    }
}
