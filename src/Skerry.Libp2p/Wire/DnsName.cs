using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Skerry.Libp2p.Wire;

/// <summary>Names in DNS messages (RFC 1035, sections 3.1 and 4.1.4): labels, the dots between them only in text; the end of a name may stand further ahead in the message.</summary>
internal static class DnsName
{
    /// <summary>The longest label, bytes.</summary>
    public const int MaxLabel = 63;

    /// <summary>The longest name, bytes as in messages.</summary>
    public const int MaxLength = 255;

    private const int Pointer = 0xC0;

    /// <summary>Whether a text can be a name: labels of 1 to 63 bytes.</summary>
    public static bool IsSound(string name) =>
        Encoding.UTF8.GetByteCount(name) + 2 <= MaxLength && name.Split('.').All(label => Encoding.UTF8.GetByteCount(label) is > 0 and <= MaxLabel);

    /// <summary>Writes a sound name, nothing left out.</summary>
    public static byte[] Encode(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)Encoding.UTF8.GetByteCount(label), .. Encoding.UTF8.GetBytes(label)]), 0];

    /// <summary>Reads a name.</summary>
    /// <param name="message">The whole message, for what stands further ahead.</param>
    /// <param name="start">Where the name begins.</param>
    /// <param name="name">The name, its labels joined by dots. A dot inside a label becomes <c>\.</c>, so that no label passes for two.</param>
    /// <param name="end">Where it ends.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, int start, [NotNullWhen(true)] out string? name, out int end)
    {
        name = null;
        end = 0;
        var text = new StringBuilder();
        var (at, length, lowest) = (start, 0, start);
        while (at < message.Length && message[at] != 0)
        {
            if ((message[at] & Pointer) == Pointer)
            {
                if (at + 1 >= message.Length) return false;
                if (end == 0) end = at + 2;
                at = ((message[at] & ~Pointer) << 8) | message[at + 1];
                // Each jump leads further ahead than any before, so that no ring of them is followed.
                if (at >= lowest) return false;
                lowest = at;
                continue;
            }

            var size = message[at];
            length += 1 + size;
            if (size > MaxLabel || length >= MaxLength || at + 1 + size > message.Length) return false;
            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.UTF8.GetString(message.Slice(at + 1, size)).Replace(".", @"\.", StringComparison.Ordinal));
            at += 1 + size;
        }

        if (at >= message.Length) return false;
        if (end == 0) end = at + 1;
        name = text.ToString();
        return true;
    }
}
