using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>The second version of AutoNAT's messages (libp2p autonat/autonat-v2.md).</summary>
internal static class Autonat2Codec
{
    /// <summary>The longest message taken in, bytes.</summary>
    public const int MaxLength = 8192;

    /// <summary>The most data in one message, bytes.</summary>
    public const int MaxData = 4096;

    private const int MaxAddresses = 32;

    public static byte[] Ask(IEnumerable<Multiaddr> addresses, ulong nonce)
    {
        var request = new Autonat2Request { Nonce = nonce };
        foreach (var address in addresses) request.Addresses.Add(ByteString.CopyFrom(address.Bytes));
        return new Autonat2Message { Request = request }.ToByteArray();
    }

    public static byte[] Demand(int index, int count) => new Autonat2Message { DataRequest = new Autonat2DataRequest { Index = (uint)index, Count = (ulong)count } }.ToByteArray();

    public static byte[] Data(ReadOnlySpan<byte> data) => new Autonat2Message { Data = new Autonat2Data { Data = ByteString.CopyFrom(data) } }.ToByteArray();

    public static byte[] Answer(Autonat2Answer.Types.Status status, int index = 0, Autonat2Answer.Types.Dial dial = default) =>
        new Autonat2Message { Answer = new Autonat2Answer { Status = status, Index = (uint)index, Dial = dial } }.ToByteArray();

    public static byte[] DialBack(ulong nonce) => new Autonat2DialBack { Nonce = nonce }.ToByteArray();

    /// <summary>The answer to a call: it has come. Its one field is 0, and so left out by most.</summary>
    public static byte[] DialBackAnswer() => new Autonat2DialBackAnswer { Status = 0 }.ToByteArray();

    /// <summary>Reads a request.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="addresses">The addresses in their places; null where nobody here understands one.</param>
    /// <param name="nonce">The number to bring.</param>
    public static bool TryReadRequest(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<Multiaddr?>? addresses, out ulong nonce)
    {
        (addresses, nonce) = (null, 0);
        if (!Messages.TryParse(Autonat2Message.Parser, bytes, out var message) || message.Request is not { } request) return false;
        nonce = request.Nonce;
        addresses = [.. request.Addresses.Take(MaxAddresses).Select(encoded => Multiaddr.TryRead(encoded.Span, out var address) ? address : null)];
        return true;
    }

    /// <summary>Reads what a server says to a request: its answer, or how much data it wants first.</summary>
    public static bool TryReadReply(ReadOnlySpan<byte> bytes, out Autonat2Answer? answer, out Autonat2DataRequest? demand)
    {
        (answer, demand) = (null, null);
        if (!Messages.TryParse(Autonat2Message.Parser, bytes, out var message)) return false;
        (answer, demand) = (message.Answer, message.DataRequest);
        return answer is not null || demand is not null;
    }

    /// <summary>Reads how much data a message brings, bytes.</summary>
    public static bool TryReadData(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (!Messages.TryParse(Autonat2Message.Parser, bytes, out var message) || message.Data is not { } data) return false;
        length = data.Data.Length;
        return length is > 0 and <= MaxData;
    }

    /// <summary>Reads the number that a call brings.</summary>
    public static bool TryReadDialBack(ReadOnlySpan<byte> bytes, out ulong nonce)
    {
        nonce = 0;
        if (!Messages.TryParse(Autonat2DialBack.Parser, bytes, out var message) || !message.HasNonce) return false;
        nonce = message.Nonce;
        return true;
    }
}
