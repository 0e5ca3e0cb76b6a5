using System.Net;

using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Socks;

/// <summary>A client's side of the handshake: reads its messages whole, under one deadline, and answers them.</summary>
/// <param name="stream">The client.</param>
/// <param name="terms">How it is served.</param>
internal sealed class SocksSession(SocketServiceStream stream, SocksTerms terms)
{
    private readonly byte[] _buffer = new byte[SocksMessages.MaxSize];
    private int _length;

    private delegate SocksRead Reader(ReadOnlySpan<byte> bytes, out int size);

    /// <summary>Greets and signs the client on; false when it is not, and has been told.</summary>
    /// <exception cref="IOException">The client is gone, or speaks something else.</exception>
    public async Task<bool> SignOnAsync(CancellationToken cancellation)
    {
        byte method = SocksMessages.NoMethod;
        await ReadAsync(
            (ReadOnlySpan<byte> bytes, out int size) =>
            {
                var read = SocksMessages.TryReadGreeting(bytes, out var methods, out size);
                byte wanted = terms.AsksForPassword ? (byte)2 : (byte)0;
                if (read == SocksRead.Done && methods.Contains(wanted)) method = wanted;
                return read;
            },
            cancellation);
        await stream.WriteAsync(new[] { SocksMessages.Version, method }, cancellation);
        if (method == SocksMessages.NoMethod) return false;
        if (!terms.AsksForPassword) return true;
        var isRight = false;
        await ReadAsync(
            (ReadOnlySpan<byte> bytes, out int size) =>
            {
                var read = SocksMessages.TryReadSignOn(bytes, out var user, out var password, out size);
                if (read == SocksRead.Done) isRight = terms.Takes(user, password);
                return read;
            },
            cancellation);
        await stream.WriteAsync(new byte[] { 1, (byte)(isRight ? 0 : 1) }, cancellation);
        return isRight;
    }

    /// <summary>What the client asks for.</summary>
    /// <exception cref="IOException">The client is gone, or speaks something else.</exception>
    public async Task<SocksRequest> ReadRequestAsync(CancellationToken cancellation)
    {
        SocksRequest request = null!;
        await ReadAsync((ReadOnlySpan<byte> bytes, out int size) => SocksMessages.TryReadRequest(bytes, out request, out size), cancellation);
        // Whoever sends before the answer has come does not speak SOCKS: those bytes would be lost.
        if (_length > 0) throw new IOException("More than a request came before its answer.");
        return request;
    }

    public ValueTask AnswerAsync(SocksReply reply, IPEndPoint? bound, CancellationToken cancellation) => stream.WriteAsync(SocksMessages.Answer(reply, bound), cancellation);

    private async Task ReadAsync(Reader tryRead, CancellationToken cancellation)
    {
        while (true)
        {
            switch (tryRead(_buffer.AsSpan(0, _length), out var size))
            {
                case SocksRead.Done:
                    _buffer.AsSpan(size, _length - size).CopyTo(_buffer);
                    _length -= size;
                    return;
                case SocksRead.Bad:
                    throw new IOException("What came is not SOCKS 5.");
            }

            if (_length == _buffer.Length) throw new IOException("What came is longer than any message of SOCKS 5.");
            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellation);
            if (read == 0) throw new IOException("The client ended.");
            _length += read;
        }
    }
}
