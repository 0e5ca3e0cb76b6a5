using System.Buffers.Binary;

using Skerry.Libp2p.Core.Noise;
using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Driver;

/// <summary>Secures a channel by Noise.</summary>
internal static class NoiseSecurity
{
    public const string Protocol = "/noise";

    public static async Task<(CipherState Send, CipherState Receive, PublicKey Peer)> SecureAsync(Stream channel, IdentityKey identity, bool isDialler, CancellationToken cancel)
    {
        using var handshake = new NoiseHandshake(identity, isDialler, X25519.Generate(), X25519.Generate());
        while (!handshake.IsFinished)
        {
            if (handshake.IsOurTurn)
            {
                var message = handshake.Write();
                var framed = new byte[2 + message.Length];
                BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
                message.CopyTo(framed, 2);
                await channel.WriteAsync(framed, cancel).ConfigureAwait(false);
                await channel.FlushAsync(cancel).ConfigureAwait(false);
                continue;
            }

            var head = new byte[2];
            await channel.ReadWholeAsync(head, cancel).ConfigureAwait(false);
            var received = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await channel.ReadWholeAsync(received, cancel).ConfigureAwait(false);
            if (!handshake.TryRead(received, out var error)) throw new Libp2pException($"The Noise handshake failed: {error}.");
        }

        var (send, receive) = handshake.Split();
        return (send, receive, handshake.Peer!);
    }
}
