using System.Security.Cryptography;

namespace Skerry.Libp2p.Driver;

/// <summary>Round trips over a stream of their own (libp2p ping/ping.md).</summary>
internal static class PingProtocol
{
    public const string Id = "/ipfs/ping/1.0.0";

    private const int Length = 32;

    /// <summary>Sends back what comes until the peer has had enough.</summary>
    public static async Task AnswerAsync(Libp2pStream stream, CancellationToken cancel)
    {
        var bytes = new byte[Length];
        while (await stream.ReadAtLeastAsync(bytes, Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false) == Length)
            await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Measures one round trip.</summary>
    /// <exception cref="Libp2pException">The peer sends back something else, or nothing.</exception>
    public static async Task<TimeSpan> MeasureAsync(Libp2pStream stream, TimeProvider time, CancellationToken cancel)
    {
        var sent = RandomNumberGenerator.GetBytes(Length);
        var received = new byte[Length];
        var start = time.GetTimestamp();
        await stream.WriteAsync(sent, cancel).ConfigureAwait(false);
        await stream.ReadWholeAsync(received, cancel).ConfigureAwait(false);
        var took = time.GetElapsedTime(start);
        if (!sent.AsSpan().SequenceEqual(received)) throw new Libp2pException("The peer answered a ping with other bytes.");
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
        return took;
    }
}
