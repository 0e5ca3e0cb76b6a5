using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

using Skerry.Libp2p.Core.Dcutr;

namespace Skerry.Libp2p.Wire;

/// <summary>What two peers say to each other about a hole to punch (libp2p relay/DCUtR.md, "RPC messages").</summary>
internal static class DcutrCodec
{
    /// <summary>The longest message taken in, bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>Addresses of one message that are looked at.</summary>
    private const int MaxAddresses = 32;

    public static byte[] Encode(DcutrMessage message)
    {
        var encoded = new HolePunchMessage { Type = message.IsSync ? HolePunchMessage.Types.Kind.Sync : HolePunchMessage.Types.Kind.Connect };
        foreach (var address in message.Addresses) encoded.Addresses.Add(ByteString.CopyFrom(address.Bytes));
        return encoded.ToByteArray();
    }

    /// <summary>Reads one message; addresses nobody here understands are left out.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DcutrMessage? message)
    {
        message = null;
        if (!Messages.TryParse(HolePunchMessage.Parser, bytes, out var encoded) || !encoded.HasType) return false;
        if (encoded.Type is not (HolePunchMessage.Types.Kind.Connect or HolePunchMessage.Types.Kind.Sync)) return false;
        var addresses = new List<Multiaddr>();
        foreach (var address in encoded.Addresses.Take(MaxAddresses))
        {
            if (Multiaddr.TryRead(address.Span, out var read)) addresses.Add(read);
        }

        message = encoded.Type is HolePunchMessage.Types.Kind.Sync ? DcutrMessage.Sync : new DcutrMessage(IsSync: false, addresses);
        return true;
    }
}
